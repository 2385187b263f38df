import { isObject } from '../fields.ts';
import type { JsonValue } from '../strict-json.ts';
import { type Formulas, TRUE } from './formulas.ts';
import { escapePointer } from './keywords.ts';
import type { F } from './literals.ts';
import type { Location, Resolver } from './resolve.ts';

/** One way in which the schemas beside each other hold, and what has then been looked at. */
interface World {
  /** What distinguishes it, where the schema as a whole holds. */
  readonly facts: readonly F[];
  /** Formulas about names. */
  readonly keys: readonly F[];
  /** Positions before this one. */
  readonly items: number;
}

export interface Annotations {
  readonly formulas: Formulas;
  readonly resolver: Resolver;
  of(location: Location): F;
}

/** More ways, and deeper ones, are not told apart. */
const MOST_WORLDS = 64;
const DEEPEST = 12;
const END = Number.POSITIVE_INFINITY;

/**
 * `unevaluatedProperties` or `unevaluatedItems` as a formula, by cases: which of the schemas beside it hold decides what they have looked at.
 * Undefined where the cases are too many, or validators differ (`contains` beside `unevaluatedItems`).
 */
export const unevaluated = (
  keyword: 'unevaluatedProperties' | 'unevaluatedItems',
  location: Location,
  rest: F,
  annotations: Annotations,
): F | undefined => {
  const { formulas } = annotations;
  const worlds = worldsOf(location, keyword, annotations, 0);
  if (worlds === undefined) return undefined;
  const said = (value: F, op: 'every' | 'some', { keys, items }: World): F =>
    keyword === 'unevaluatedProperties'
      ? formulas.literal({
          of: 'object',
          op,
          keys: formulas.and(keys.map(formulas.not)),
          value,
          strong: op === 'some',
        })
      : formulas.literal({ of: 'array', op, from: items, to: END, item: value, strong: op === 'some' });
  const holds = formulas.or(worlds.map((world) => formulas.and([...world.facts, said(rest, 'every', world)])));
  const fails = formulas.or(
    worlds.map((world) => formulas.and([...world.facts, said(formulas.not(rest), 'some', world)])),
  );
  return formulas.opposites(holds, fails);
};

const NOTHING: World = { facts: [], keys: [], items: 0 };

const worldsOf = (
  location: Location,
  keyword: string,
  annotations: Annotations,
  depth: number,
): readonly World[] | undefined => {
  const { schema } = location;
  if (!isObject(schema)) return [NOTHING];
  if (depth > DEEPEST) return undefined;
  const { formulas, resolver, of } = annotations;
  const own = (name: string): JsonValue | undefined => (Object.hasOwn(schema, name) ? schema[name] : undefined);
  // What the keyword itself looks at is what is asked.
  const local = localOf(
    (name) => (depth === 0 && name === keyword ? undefined : own(name)),
    keyword,
    formulas,
    depth === 0,
  );
  if (local === undefined) return undefined;
  let worlds: readonly World[] | undefined = [local];

  const at = (step: string, inner: JsonValue): Location => resolver.inside(location, step, inner);
  const inner = (place: Location): readonly World[] | undefined => worldsOf(place, keyword, annotations, depth + 1);
  const when = (fact: F, ways: readonly World[] | undefined): readonly World[] | undefined =>
    ways?.map((world) => ({ ...world, facts: [fact, ...world.facts] }));
  const times = (ways: readonly World[] | undefined): void => {
    if (worlds === undefined || ways === undefined || worlds.length * ways.length > MOST_WORLDS) worlds = undefined;
    else worlds = worlds.flatMap((one) => ways.map((other) => both(one, other)));
  };
  const either = (...ways: readonly (readonly World[] | undefined)[]): readonly World[] | undefined =>
    ways.includes(undefined) ? undefined : ways.flatMap((way) => way ?? []);

  for (const name of ['$dynamicRef', '$recursiveRef']) if (own(name) !== undefined) return undefined;
  const reference = own('$ref');
  if (typeof reference === 'string') times(inner(resolver.resolve(reference, location)));
  for (const [index, part] of listOf(own('allOf')).entries()) times(inner(at(`/allOf/${index}`, part)));
  for (const [index, part] of listOf(own('anyOf')).entries()) {
    const place = at(`/anyOf/${index}`, part);
    times(either(when(of(place), inner(place)), when(formulas.not(of(place)), [NOTHING])));
  }
  const ones = listOf(own('oneOf')).map((part, index) => at(`/oneOf/${index}`, part));
  // Where the schema holds, exactly one of them does.
  if (ones.length > 0) times(either(...ones.map((place) => when(of(place), inner(place)))));
  const condition = own('if');
  if (condition !== undefined) {
    const place = at('/if', condition);
    const [yes, no] = [own('then'), own('else')];
    // Validators differ on what an `if` alone has looked at.
    if (yes === undefined || no === undefined) return undefined;
    const then = inner(at('/then', yes));
    const met = inner(place)?.flatMap((world) => then?.map((other) => both(world, other)) ?? []);
    times(either(when(of(place), then && met), when(formulas.not(of(place)), inner(at('/else', no)))));
  }
  for (const name of ['dependentSchemas', 'dependencies']) {
    const map = own(name);
    for (const [member, part] of isObject(map) ? Object.entries(map) : []) {
      if (Array.isArray(part)) continue;
      const has = formulas.literal({
        of: 'object',
        op: 'some',
        keys: nameOf(member, formulas),
        value: TRUE,
        strong: true,
      });
      times(
        either(when(has, inner(at(`/${name}/${escapePointer(member)}`, part))), when(formulas.not(has), [NOTHING])),
      );
    }
  }
  return worlds;
};

/** What a schema's own keywords look at; undefined where validators differ. */
const localOf = (
  own: (name: string) => JsonValue | undefined,
  keyword: string,
  formulas: Formulas,
  outermost: boolean,
): World | undefined => {
  if (keyword === 'unevaluatedItems') {
    if (own('contains') !== undefined) return undefined;
    const all = own('items') !== undefined || own('unevaluatedItems') !== undefined;
    // Validators differ on items that an inner schema has looked at, all of them.
    if (all && !outermost) return undefined;
    return { ...NOTHING, items: all ? END : listOf(own('prefixItems')).length };
  }
  if (own('additionalProperties') !== undefined || own('unevaluatedProperties') !== undefined) {
    return { ...NOTHING, keys: [TRUE] };
  }
  const [properties, patterns] = [own('properties'), own('patternProperties')];
  return {
    ...NOTHING,
    keys: [
      ...(isObject(properties) ? Object.keys(properties) : []).map((name) => nameOf(name, formulas)),
      ...(isObject(patterns) ? Object.keys(patterns) : []).map((text) =>
        formulas.literal({ of: 'string', op: 'pattern', text, holds: true, strong: false }),
      ),
    ],
  };
};

const both = (one: World, other: World): World => ({
  facts: [...one.facts, ...other.facts],
  keys: [...one.keys, ...other.keys],
  items: Math.max(one.items, other.items),
});

const nameOf = (name: string, formulas: Formulas): F =>
  formulas.literal({ of: 'any', op: 'enum', values: new Map([[JSON.stringify(name), name]]), holds: true });

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
