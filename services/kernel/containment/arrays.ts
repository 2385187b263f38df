import { canonicalJson } from '../canonical.ts';
import type { JsonValue } from '../strict-json.ts';
import { FALSE, TRUE } from './formulas.ts';
import type { F } from './literals.ts';
import type { Said } from './numbers.ts';
import { CLOSED, firstOf, type Outcome, sat, unknownAt } from './outcome.ts';
import type { Solver } from './solve.ts';

const END = Number.POSITIVE_INFINITY;
/** Longer arrays are not written out, and positions behind are not told apart. */
const LONGEST = 2000;
const TOLD_APART = 200;

interface Shape {
  readonly every: readonly { readonly from: number; readonly to: number; readonly item: F }[];
  /** Each is to be found at one position at least. */
  readonly some: readonly { readonly from: number; readonly to: number; readonly item: F }[];
  readonly counts: readonly { readonly least: number; readonly most: number; readonly item: F }[];
  readonly least: number;
  readonly most: number;
  readonly unique: boolean;
  readonly twice: boolean;
  readonly first: F | undefined;
}

/** Whether an array fulfils all that is said. */
export const arrayOf = (
  said: readonly Said[],
  solver: Solver,
  fits: (value: JsonValue) => boolean | undefined,
): Outcome => {
  const shape = shapeOf(said, solver);
  const told = firstPositionOf(shape);
  if (told > TOLD_APART) return unknownAt(shape.first);
  return firstOf(placed(shape, told, [], solver, fits));
};

const shapeOf = (said: readonly Said[], { formulas }: Solver): Shape => {
  const every: { from: number; to: number; item: F }[] = [];
  const some: { from: number; to: number; item: F }[] = [];
  const counts = new Map<F, { least: number; most: number; item: F }>();
  let [least, most, unique, twice] = [0, END, false, false];
  const count = ({ op, n, item }: { op: 'atLeast' | 'atMost'; n: number; item: F }): void => {
    if (op === 'atLeast' && n === 1) some.push({ from: 0, to: END, item });
    else if (op === 'atMost' && n === 0) every.push({ from: 0, to: END, item: formulas.not(item) });
    else {
      const held = counts.get(item) ?? { least: 0, most: END, item };
      if (op === 'atLeast') held.least = Math.max(held.least, n);
      else held.most = Math.min(held.most, n);
      counts.set(item, held);
    }
  };
  for (const { literal } of said) {
    if (literal.of !== 'array') continue;
    switch (literal.op) {
      case 'minItems':
        least = Math.max(least, literal.n);
        break;
      case 'maxItems':
        most = Math.min(most, literal.n);
        break;
      case 'every':
        every.push(literal);
        break;
      case 'some':
        some.push(literal);
        break;
      case 'unique':
        if (literal.holds) unique = true;
        else twice = true;
        break;
      default:
        count(literal);
    }
  }
  if (twice) least = Math.max(least, 2);
  for (const counted of counts.values()) least = Math.max(least, counted.least);
  // What is asked last is asked first: it is the new schema's, and mostly impossible.
  return { every, some: some.reverse(), counts: [...counts.values()], least, most, unique, twice, first: said[0]?.id };
};

/** From this position on all positions are alike. */
const firstPositionOf = ({ every, some }: Shape): number =>
  [...every, ...some].reduce((most, { from, to }) => Math.max(most, from, to === END ? 0 : to), 0);

type Placed = readonly { readonly at: number; readonly item: F }[];

/** Every `some` is given a position: one of those told apart, or one behind them (`told`). */
function* placed(
  shape: Shape,
  told: number,
  chosen: Placed,
  solver: Solver,
  fits: (value: JsonValue) => boolean | undefined,
): Iterable<Outcome> {
  solver.steps.spend();
  const next = shape.some[chosen.length];
  if (next === undefined) {
    yield filled(shape, told, chosen, solver, fits);
    return;
  }
  const last = Math.min(next.to - 1, told);
  for (let at = next.from; at <= last; at += 1) {
    if (at >= shape.most) break;
    const here = solver.solve([next.item, itemAt(shape, at, solver)]);
    if (here.kind === 'unsat') yield here;
    else yield* placed(shape, told, [...chosen, { at, item: next.item }], solver, fits);
  }
}

const itemAt = ({ every }: Shape, at: number, { formulas }: Solver): F =>
  formulas.and(every.filter(({ from, to }) => from <= at && at < to).map(({ item }) => item));

const filled = (
  shape: Shape,
  told: number,
  chosen: Placed,
  solver: Solver,
  fits: (value: JsonValue) => boolean | undefined,
): Outcome => {
  const { formulas, solve } = solver;
  let open = CLOSED;
  let stuck: F | undefined = shape.first;
  const unsat = (): Outcome => ({ kind: 'unsat', open });
  const ask = (all: readonly F[]): Outcome => {
    const outcome = solve(all);
    open = Math.min(open, outcome.open);
    if (outcome.kind === 'unknown') stuck = outcome.at ?? stuck;
    return outcome;
  };

  // Positions told apart may be wanted by several; those behind need not be the same one.
  const wanted = (at: number): readonly F[] => chosen.filter((each) => each.at === at).map(({ item }) => item);
  const behind = [...new Set(wanted(told))];
  const needed = chosen.reduce((most, { at }) => Math.max(most, at + 1), 0);
  const least = Math.max(shape.least, needed);

  // The length cannot pass a position that nothing fits.
  let most = shape.most;
  const heads: Outcome[] = [];
  for (let at = 0; at < Math.min(told, most); at += 1) {
    const head = ask([itemAt(shape, at, solver), ...wanted(at)]);
    if (head.kind === 'unsat') {
      most = at;
      break;
    }
    heads.push(head);
  }
  const tailItem = itemAt(shape, told, solver);
  const tail = most > told ? ask([tailItem]) : undefined;
  if (tail?.kind === 'unsat') most = Math.min(most, told);
  if (least > most) return unsat();
  for (const item of behind) if (ask([tailItem, item]).kind === 'unsat') return unsat();

  // Of each counted kind: those that must be so, and those that can be.
  for (const { least: low, most: high, item } of shape.counts) {
    if (low > high) return unsat();
    let [must, can] = [0, 0];
    for (let at = 0; at < Math.min(told, most); at += 1) {
      const here = [itemAt(shape, at, solver), ...wanted(at)];
      if (at < least && ask([...here, formulas.not(item)]).kind === 'unsat') must += 1;
      if (ask([...here, item]).kind !== 'unsat') can += 1;
    }
    if (most > told) {
      if (least > told && ask([tailItem, formulas.not(item)]).kind === 'unsat') must += least - told;
      if (ask([tailItem, item]).kind !== 'unsat') can = END;
    }
    if (must > high || can < low) return unsat();
    for (const other of shape.counts) {
      if (low > other.most && ask([item, formulas.not(other.item), ...(told === 0 ? [tailItem] : [])]).kind === 'unsat')
        return unsat();
    }
  }
  if (most === 0) return fits([]) === false ? { kind: 'unsat', open } : sat([[]], open);
  if (shape.unique && shape.twice) return unsat();
  const made = write(shape, { told, least, most, behind, wanted }, solver, fits);
  return made.length > 0 ? sat(made, open) : unknownAt(stuck, open);
};

interface Plan {
  readonly told: number;
  readonly least: number;
  readonly most: number;
  readonly behind: readonly F[];
  wanted(at: number): readonly F[];
}

/** Arrays that may be so, the shortest first. */
const write = (
  shape: Shape,
  { told, least, most, behind, wanted }: Plan,
  solver: Solver,
  fits: (value: JsonValue) => boolean | undefined,
): readonly JsonValue[] => {
  const found: JsonValue[] = [];
  const lengths = new Set([least, told + behind.length, least + 1, least + 2].filter((n) => n >= least && n <= most));
  for (const length of lengths) {
    if (length > LONGEST) continue;
    for (const lean of [true, false]) {
      const made = oneOf(shape, length, { told, behind, wanted, lean }, solver);
      if (made === undefined) continue;
      const told2 = fits(made);
      if (told2 === true) return [made, ...found];
      if (told2 === undefined) found.push(made);
    }
  }
  return found;
};

const oneOf = (
  shape: Shape,
  length: number,
  plan: { told: number; behind: readonly F[]; wanted(at: number): readonly F[]; lean: boolean },
  solver: Solver,
): JsonValue | undefined => {
  const { formulas, steps, solve } = solver;
  const used = new Set<string>();
  const left = new Map(shape.counts.map(({ item, least }) => [item, least]));
  const behind = [...plan.behind];
  const items: JsonValue[] = [];
  for (let at = 0; at < length; at += 1) {
    steps.spend();
    const fixed = at < plan.told ? [itemAt(shape, at, solver), ...plan.wanted(at)] : [itemAt(shape, plan.told, solver)];
    if (at >= plan.told) {
      const next = behind.shift();
      if (next !== undefined) fixed.push(next);
    }
    // What must still be counted is taken where it fits; what is counted no more is kept out.
    const hopes = shape.counts.map(({ item, most }) =>
      (left.get(item) ?? 0) > 0 ? item : plan.lean || most < END ? formulas.not(item) : TRUE,
    );
    const choice = [[...fixed, ...hopes], fixed]
      .map((all) => (formulas.and(all) === FALSE ? undefined : solve(all)))
      .flatMap((outcome) => (outcome?.kind === 'sat' ? outcome.values : []));
    const fresh = shape.unique ? choice.find((value) => !used.has(canonicalJson(value))) : undefined;
    const again = shape.twice && at > 0 ? choice.find((value) => used.has(canonicalJson(value))) : undefined;
    const value = fresh ?? again ?? choice[0];
    if (value === undefined) return undefined;
    used.add(canonicalJson(value));
    for (const [item, count] of left) if (count > 0 && solver.holds(item, value) === true) left.set(item, count - 1);
    items.push(value);
  }
  return items;
};
