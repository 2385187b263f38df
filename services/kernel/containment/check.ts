import { canonicalJson } from '../canonical.ts';
import { WaslError } from '../codes.ts';
import type { JsonValue } from '../strict-json.ts';
import { type Built, build, type Place } from './build.ts';
import { placeOfFailure } from './explain.ts';
import type { Finding, Judge, SchemaSource } from './face.ts';
import { makeFormulas } from './formulas.ts';
import type { F } from './literals.ts';
import { makePatterns } from './regex/index.ts';
import { makeResolver } from './resolve.ts';
import { exhaustedFinding, findingOf } from './sentences.ts';
import { makeSolver, type Solver } from './solve.ts';
import { countSteps, type Steps } from './steps.ts';

/** Steps of one check of one direction against one version; a fraction of a second of one core. */
export const MOST_STEPS = 100_000;
const MOST_FINDINGS = 16;
const EXAMPLES_TRIED = 8;
/** Examples of one check that the judge is asked about: each may cost it all that it may spend. */
const MOST_ASKED = 48;

type Direction = Finding['direction'];

/** What stands between two schemas: nothing, when every document that `from` accepts is one that `to` accepts. */
export const findingsOf = (
  from: SchemaSource,
  to: SchemaSource,
  direction: Direction,
  judge: Judge,
  limit = MOST_STEPS,
): { readonly findings: readonly Finding[]; readonly steps: number } => {
  if (sameText(from, to)) return { findings: [], steps: 0 };
  const steps = countSteps(limit);
  const found: Finding[] = [];
  try {
    gather(from, to, direction, judge, steps, found);
  } catch (error) {
    const exhausted = error instanceof WaslError && error.code === 'schema-check-exhausted';
    if (!exhausted && !(error instanceof RangeError)) throw error;
    found.push(exhaustedFinding(direction, limit));
  }
  return { findings: found, steps: steps.spent() };
};

const gather = (
  from: SchemaSource,
  to: SchemaSource,
  direction: Direction,
  judge: Judge,
  steps: Steps,
  found: Finding[],
): void => {
  let asked = 0;
  const breaks = (example: JsonValue): boolean => {
    asked += 1;
    return (
      asked <= MOST_ASKED &&
      judge.accepts(from.schema, example, from.references) === true &&
      judge.accepts(to.schema, example, to.references) === false
    );
  };
  const beside = compare(from, to, { direction, beside: true, breaks, steps }, found);
  // Read by the letter of draft-07 it must be compatible as well; no validator at hand confirms an example of that.
  if (beside && found.length === 0) compare(from, to, { direction, beside: false, breaks: () => false, steps }, found);
};

interface Comparison {
  readonly direction: Direction;
  readonly beside: boolean;
  readonly breaks: (example: JsonValue) => boolean;
  readonly steps: Steps;
}

/** Whether either schema says something beside a `$ref` of an old draft; what stands between the two goes into `found`. */
const compare = (
  from: SchemaSource,
  to: SchemaSource,
  { direction, beside, breaks, steps }: Comparison,
  found: Finding[],
): boolean => {
  const formulas = makeFormulas(steps);
  const sub = build(makeResolver(from.schema, from.references, steps), formulas, { side: 'writer', beside }, steps);
  const reader = build(makeResolver(to.schema, to.references, steps), formulas, { side: 'reader', beside }, steps);
  const solver = makeSolver(formulas, makePatterns(steps), steps);

  const against = formulas.not(reader.root);
  const refusal = formulas.get(against);
  const ways = refusal.kind === 'or' ? refusal.parts : [against];
  for (const way of ways) {
    if (found.length >= MOST_FINDINGS) break;
    const outcome = solver.solve([sub.root, way]);
    if (outcome.kind === 'unsat') continue;
    const example = outcome.kind === 'sat' ? outcome.values.slice(0, EXAMPLES_TRIED).find(breaks) : undefined;
    if (example !== undefined) {
      const place = placeOfFailure(reader, solver, way, example);
      found.push(findingOf('incompatible', direction, place, example));
    } else {
      const at = outcome.kind === 'unknown' ? outcome.at : undefined;
      found.push(findingOf('unproven', direction, placeOf(reader, [at, way], solver)));
    }
  }
  if (found.length === 0 && readsNothing(sub, reader, solver)) {
    found.push(findingOf('unproven', direction, { pointer: '', keyword: 'nothing' }));
  }
  return sub.beside || reader.beside;
};

/** A reader that accepts no document at all is a mistake, also where the writer wrote none: nothing is built on it. */
const readsNothing = (sub: Built, reader: Built, { solve }: Solver): boolean =>
  solve([sub.root]).kind === 'unsat' && solve([reader.root]).kind === 'unsat';

const placeOf = (reader: Built, ids: readonly (F | undefined)[], { formulas }: Solver): Place => {
  for (const id of ids) {
    if (id === undefined) continue;
    const [place] = [...reader.placesOf(id), ...reader.placesOf(formulas.not(id))];
    if (place !== undefined) return place;
  }
  return { pointer: '', keyword: '' };
};

const sameText = (one: SchemaSource, other: SchemaSource): boolean =>
  canonicalJson(one.schema) === canonicalJson(other.schema) &&
  one.references.size === other.references.size &&
  [...one.references].every(([uri, schema]) => {
    const same = other.references.get(uri);
    return same !== undefined && canonicalJson(schema) === canonicalJson(same);
  });
