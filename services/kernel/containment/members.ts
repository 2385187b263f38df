import type { JsonValue } from '../strict-json.ts';
import { TRUE } from './formulas.ts';
import type { F } from './literals.ts';
import type { Said } from './numbers.ts';
import { type Outcome, sat, UNSAT, unknownAt } from './outcome.ts';
import type { Solver } from './solve.ts';

/** What is said of an object, by its members' names. */
export interface ObjectShape {
  /** Wanted members whose name is known, with what their values must be. */
  readonly named: ReadonlyMap<string, readonly F[]>;
  /** Wanted members whose name must be so. */
  readonly wanted: readonly { readonly keys: F; readonly value: F }[];
  /** What is said of one name, by name; and of all names that are so. */
  readonly byName: ReadonlyMap<string, readonly F[]>;
  readonly byRule: readonly { readonly keys: F; readonly value: F }[];
  /** Every name that is spoken of. */
  readonly names: readonly string[];
  others(): F;
  readonly least: number;
  readonly most: number;
  readonly first: F | undefined;
}

/** Names and values of a possible member. */
export interface KeyCase {
  readonly names: readonly JsonValue[];
  readonly values: readonly JsonValue[];
}

export const shapeOfObject = (said: readonly Said[], { formulas, steps }: Solver): ObjectShape => {
  const named = new Map<string, F[]>();
  const wanted: { keys: F; value: F }[] = [];
  const byName = new Map<string, F[]>();
  const byRule = new Map<F, F>();
  const names = new Set<string>();
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  const push = (map: Map<string, F[]>, name: string, value: F): void => {
    const held = map.get(name);
    if (held === undefined) map.set(name, value === TRUE ? [] : [value]);
    else if (value !== TRUE) held.push(value);
  };
  steps.spend(1 + (said.length >> 3));
  for (const { literal } of said) {
    if (literal.of !== 'object') continue;
    if (literal.op === 'minProperties') {
      least = Math.max(least, literal.n);
    } else if (literal.op === 'maxProperties') {
      most = Math.min(most, literal.n);
    } else if (literal.op === 'every' || literal.op === 'some') {
      const keys = formulas.under(literal.keys, 'string');
      const one = oneName(keys, formulas);
      collect(keys, names, formulas, steps);
      if (literal.op === 'every') {
        if (one === undefined) byRule.set(keys, formulas.and([byRule.get(keys) ?? TRUE, literal.value]));
        else push(byName, one, literal.value);
      } else if (one === undefined) wanted.push({ keys, value: literal.value });
      else push(named, one, literal.value);
    }
  }
  let rest: F | undefined;
  const others = (): F => {
    rest ??= formulas.literal({
      of: 'any',
      op: 'enum',
      values: new Map([...names].map((name) => [JSON.stringify(name), name])),
      holds: false,
    });
    return rest;
  };
  return {
    named,
    wanted,
    byName,
    byRule: [...byRule].map(([keys, value]) => ({ keys, value })),
    names: [...names],
    others,
    least,
    most,
    first: said[0]?.id,
  };
};

const oneName = (keys: F, formulas: Solver['formulas']): string | undefined => {
  const formula = formulas.get(keys);
  if (formula.kind !== 'literal' || formula.literal.op !== 'enum' || !formula.literal.holds) return undefined;
  const [name, another] = formula.literal.values.values();
  return typeof name === 'string' && another === undefined ? name : undefined;
};

/** Every text that a formula about names lists. */
const collect = (keys: F, names: Set<string>, formulas: Solver['formulas'], steps: Solver['steps']): void => {
  const formula = formulas.get(keys);
  if (formula.kind === 'and' || formula.kind === 'or') {
    for (const part of formula.parts) collect(formulas.under(part, 'string'), names, formulas, steps);
  }
  if (formula.kind === 'literal' && formula.literal.op === 'enum') {
    for (const value of formula.literal.values.values()) if (typeof value === 'string') names.add(value);
  }
};

/**
 * The cases of one member: its name is the one given, or one that nobody speaks of; each rule about names either means it, and then speaks of
 * its value, or does not.
 */
export function* keyCases(
  shape: ObjectShape,
  name: string | undefined,
  keys: readonly F[],
  values: readonly F[],
  solver: Solver,
): Iterable<Outcome> {
  const { formulas } = solver;
  const key =
    name === undefined
      ? [shape.others(), ...keys]
      : [
          formulas.literal({ of: 'any', op: 'enum', values: new Map([[JSON.stringify(name), name]]), holds: true }),
          ...keys,
        ];
  const said = name === undefined ? values : [...values, ...(shape.byName.get(name) ?? [])];
  yield* cases({ rules: shape.byRule, name, solver }, 0, key, said);
}

interface Member {
  readonly rules: ObjectShape['byRule'];
  readonly name: string | undefined;
  readonly solver: Solver;
}

function* cases(member: Member, from: number, key: readonly F[], values: readonly F[]): Iterable<Outcome> {
  const { rules, name, solver } = member;
  solver.steps.spend();
  const said = [...values];
  let next = from;
  // Of a name that is given, most rules are known to mean it or not.
  for (; next < rules.length; next += 1) {
    const rule = rules[next];
    const told = rule === undefined || name === undefined ? undefined : solver.holds(rule.keys, name);
    if (rule === undefined || told === undefined) break;
    if (told) said.push(rule.value);
  }
  const names = solver.name(key);
  if (names.kind === 'unsat') {
    yield UNSAT;
    return;
  }
  const value = solver.solve(said);
  const rule = rules[next];
  if (value.kind === 'unsat') {
    // More rules only ask for more.
    yield value;
  } else if (rule !== undefined) {
    const not = solver.formulas.not(rule.keys);
    const meant = solver.name([...key, rule.keys]).kind !== 'unsat';
    const unmeant = solver.name([...key, not]).kind !== 'unsat';
    if (unmeant) yield* cases(member, next + 1, meant ? [...key, not] : key, said);
    if (meant) yield* cases(member, next + 1, unmeant ? [...key, rule.keys] : key, [...said, rule.value]);
  } else if (value.kind !== 'sat') yield value;
  else if (names.kind === 'sat') yield sat([[names.values, value.values]], value.open);
  else yield unknownAt(names.kind === 'unknown' ? names.at : undefined, value.open);
}
