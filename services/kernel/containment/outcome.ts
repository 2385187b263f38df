import type { JsonValue } from '../strict-json.ts';
import type { F } from './literals.ts';

/**
 * Whether any value is so. `unsat` is proven; `sat` has values that are believed to be so, for a judge to confirm; `unknown` names the formula at
 * which it could not be decided. `open`: the lowest question, counted from the outermost, that was taken to have no answer.
 */
export type Outcome =
  | { readonly kind: 'unsat'; readonly open: number }
  | { readonly kind: 'sat'; readonly values: readonly JsonValue[]; readonly open: number }
  | { readonly kind: 'unknown'; readonly at: F | undefined; readonly open: number };

export const CLOSED = Number.POSITIVE_INFINITY;
export const UNSAT: Outcome = { kind: 'unsat', open: CLOSED };
export const unknownAt = (at: F | undefined, open = CLOSED): Outcome => ({ kind: 'unknown', at, open });
export const sat = (values: readonly JsonValue[], open = CLOSED): Outcome => ({ kind: 'sat', values, open });

/** One of several ways: none is possible only when every one is impossible. */
export const firstOf = (ways: Iterable<Outcome>): Outcome => {
  let stuck: Outcome | undefined;
  let open = CLOSED;
  for (const way of ways) {
    if (way.kind === 'sat') return way;
    open = Math.min(open, way.open);
    if (way.kind === 'unknown') stuck ??= way;
  }
  return stuck === undefined ? { kind: 'unsat', open } : { ...stuck, open };
};
