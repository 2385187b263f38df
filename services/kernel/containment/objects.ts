import type { JsonValue } from '../strict-json.ts';
import type { F } from './literals.ts';
import { type KeyCase, keyCases, type ObjectShape, shapeOfObject } from './members.ts';
import type { Said } from './numbers.ts';
import { CLOSED, firstOf, type Outcome, sat, unknownAt } from './outcome.ts';
import type { Solver } from './solve.ts';

/** Objects with more members than this are not written out. */
const LARGEST = 2000;

type Fits = (value: JsonValue) => boolean | undefined;

/** Whether an object fulfils all that is said. */
export const objectOf = (said: readonly Said[], solver: Solver, fits: Fits): Outcome => {
  const shape = shapeOfObject(said, solver);
  return firstOf(assigned(shape, shape.named, [], 0, solver, fits));
};

/** Every wanted member without a name of its own is one of the names that are spoken of, or one of no such name. */
function* assigned(
  shape: ObjectShape,
  named: ReadonlyMap<string, readonly F[]>,
  fresh: readonly { readonly keys: F; readonly value: F }[],
  next: number,
  solver: Solver,
  fits: Fits,
): Iterable<Outcome> {
  solver.steps.spend();
  const wanted = shape.wanted[next];
  if (wanted === undefined) {
    yield filled(shape, named, fresh, solver, fits);
    return;
  }
  const free = firstOf(keyCases(shape, undefined, [wanted.keys], [wanted.value], solver));
  if (free.kind === 'unsat') yield free;
  else yield* assigned(shape, named, [...fresh, wanted], next + 1, solver, fits);
  for (const name of shape.names) {
    if (solver.holds(wanted.keys, name) === false) continue;
    const values = [...(named.get(name) ?? []), wanted.value];
    const here = firstOf(keyCases(shape, name, [wanted.keys], values, solver));
    if (here.kind === 'unsat') yield here;
    else yield* assigned(shape, new Map(named).set(name, values), fresh, next + 1, solver, fits);
  }
}

const filled = (
  shape: ObjectShape,
  named: ReadonlyMap<string, readonly F[]>,
  fresh: readonly { readonly keys: F; readonly value: F }[],
  solver: Solver,
  fits: Fits,
): Outcome => {
  let open = CLOSED;
  let stuck: F | undefined = shape.first;
  const ask = (name: string | undefined, keys: readonly F[], values: readonly F[]): KeyCase | undefined | 'unsat' => {
    const outcome = firstOf(keyCases(shape, name, keys, values, solver));
    open = Math.min(open, outcome.open);
    if (outcome.kind === 'unsat') return 'unsat';
    if (outcome.kind === 'unknown') {
      stuck = outcome.at ?? stuck;
      return undefined;
    }
    const [pair] = outcome.values;
    return Array.isArray(pair) ? { names: pair[0], values: pair[1] } : undefined;
  };
  const unsat = (): Outcome => ({ kind: 'unsat', open });

  const count = named.size + (fresh.length > 0 ? 1 : 0);
  if (Math.max(count, shape.least) > shape.most) return unsat();
  const members = new Map<string, JsonValue>();
  let complete = true;
  const put = (name: string, made: KeyCase | undefined): void => {
    const value = made?.values[0];
    if (value === undefined) complete = false;
    else members.set(name, value);
  };
  // Members of which more is said than that they are there are the likelier to be impossible.
  const asked = [...named].sort(([, one], [, other]) => other.length - one.length);
  for (const [name, values] of asked) {
    const made = ask(name, [], values);
    if (made === 'unsat') return unsat();
    put(name, made);
  }
  for (const { keys, value } of fresh) {
    const made = ask(undefined, [keys], [value]);
    if (made === 'unsat') return unsat();
    const name = made?.names.find((each) => typeof each === 'string' && !members.has(each));
    if (typeof name === 'string') put(name, made);
    else complete = false;
  }
  const grown = grow(shape, named, members, ask);
  if (grown === 'unsat') return unsat();
  if (shape.most === 0) return fits({}) === false ? unsat() : sat([{}], open);
  if (!complete || !grown) return unknownAt(stuck, open);
  const value = Object.fromEntries(members);
  return fits(value) === false ? unknownAt(stuck, open) : sat([value], open);
};

/** Adds members until there are as many as must be. `unsat` when no more names are possible. */
const grow = (
  shape: ObjectShape,
  named: ReadonlyMap<string, readonly F[]>,
  members: Map<string, JsonValue>,
  ask: (name: string | undefined, keys: readonly F[], values: readonly F[]) => KeyCase | undefined | 'unsat',
): boolean | 'unsat' => {
  if (members.size >= shape.least) return true;
  let possible = named.size;
  for (const name of shape.names) {
    if (named.has(name)) continue;
    if (members.size >= shape.least) return true;
    const made = ask(name, [], []);
    if (made === 'unsat') continue;
    possible += 1;
    const value = made?.values[0];
    if (value !== undefined) members.set(name, value);
  }
  if (members.size >= shape.least) return true;
  const free = ask(undefined, [], []);
  if (free === 'unsat') return possible < shape.least ? 'unsat' : false;
  if (free === undefined || shape.least > LARGEST) return false;
  const value = free.values[0];
  if (value === undefined) return false;
  for (const name of free.names) if (typeof name === 'string' && members.size < shape.least) members.set(name, value);
  return members.size >= shape.least;
};
