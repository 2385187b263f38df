import { canonicalJson } from '../canonical.ts';
import { WaslError } from '../codes.ts';
import { isObject } from '../fields.ts';
import type { JsonObject, JsonValue } from '../strict-json.ts';
import { arrayKeywords } from './build-arrays.ts';
import { objectKeywords } from './build-objects.ts';
import { scalarKeywords } from './build-scalars.ts';
import { FALSE, type Formulas, TRUE } from './formulas.ts';
import type { F } from './literals.ts';
import type { Location, Resolver } from './resolve.ts';
import type { Steps } from './steps.ts';
import { unevaluated } from './unevaluated.ts';

/** Where in a schema something is said. */
export interface Place {
  readonly pointer: string;
  readonly keyword: string;
}

/** A schema as a formula, and where its parts were said. */
export interface Built {
  readonly root: F;
  /** Below draft 2019-09 something is said beside a `$ref`, which the standard ignores and most validators do not. */
  readonly beside: boolean;
  placesOf(id: F): readonly Place[];
}

/** What the keywords of one schema object are read with. */
export interface Reading {
  readonly formulas: Formulas;
  readonly location: Location;
  readonly schema: JsonObject;
  /** The formula of a schema inside this one; `inPlace` when it speaks of the same value. */
  sub(at: string, schema: JsonValue, inPlace: boolean): F;
  own(keyword: string): JsonValue | undefined;
  say(keyword: string, id: F): void;
  invalid(keyword: string): WaslError;
  /** For what is not looked into: the text, and which schema's it is where it has references. */
  opaque(keyword: string, value: JsonValue): F;
}

/** What says nothing of a value. */
const SILENT = new Set([
  '$ref',
  '$schema',
  '$id',
  'id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'readOnly',
  'writeOnly',
  'deprecated',
]);

/** References deeper than this are built afterwards, so that no chain of them is a chain of calls. */
const DEEP = 48;

/** Reads a schema. Throws `schema-invalid`, `schema-reference-unreachable` and `schema-reference-loop`. */
export const build = (
  resolver: Resolver,
  formulas: Formulas,
  { side, beside: readBeside }: { readonly side: string; readonly beside: boolean },
  steps: Steps,
): Built => {
  let beside = false;
  const places = new Map<F, Place[]>();
  const made = new Map<string, F>();
  const started = new Set<string>();
  const inPlace = new Map<string, Set<string>>();
  const later: Location[] = [];

  const note = (id: F, place: Place): void => {
    const held = places.get(id);
    if (held === undefined) places.set(id, [place]);
    else held.push(place);
  };
  const nameOf = ({ document, pointer }: Location): string => `${document}#${pointer}`;

  const of = (location: Location, depth: number): F => {
    const name = nameOf(location);
    const held = made.get(name);
    if (held !== undefined) return held;
    const id = `${side} ${name}`;
    if (started.has(name)) return formulas.recursion(id);
    if (depth > DEEP) {
      later.push(location);
      return formulas.recursion(id);
    }
    started.add(name);
    const formula = keywordsOf(location, depth);
    made.set(name, formula);
    formulas.define(id, formula);
    return formula;
  };

  const keywordsOf = (location: Location, depth: number): F => {
    // Reading costs more than a step of deciding.
    steps.spend(8);
    const { schema } = location;
    if (schema === true) return TRUE;
    if (schema === false) return FALSE;
    if (!isObject(schema)) throw invalidAt(location, '');
    const said: F[] = [];
    const edges = new Set<string>();
    inPlace.set(nameOf(location), edges);
    const to = (target: Location, same: boolean): F => {
      if (same) edges.add(nameOf(target));
      return of(target, depth + 1);
    };
    const reading: Reading = {
      formulas,
      location,
      schema,
      sub: (at, inner, same) => to(resolver.inside(location, at, inner), same),
      own: (keyword) => (Object.hasOwn(schema, keyword) ? schema[keyword] : undefined),
      say: (keyword, id) => {
        said.push(id);
        const place = { pointer: shownPointer(location, keyword), keyword: keyword.split('/')[0] ?? keyword };
        note(id, place);
      },
      invalid: (keyword) => invalidAt(location, keyword),
      opaque: (keyword, value) => {
        const text = canonicalJson(value);
        const owner = /"\$(ref|dynamicRef|recursiveRef)"/.test(text) ? `${side} ${nameOf(location)}` : '';
        return formulas.literal({ of: 'any', op: 'opaque', text: `${keyword} ${owner} ${text}`, holds: true });
      },
    };
    references(reading, resolver, to);
    if (location.draft !== '2020-12' && reading.own('$ref') !== undefined) {
      beside ||= Object.keys(schema).some((keyword) => !SILENT.has(keyword) && !keyword.startsWith('x-'));
      if (!readBeside) return formulas.and(said);
    }
    scalarKeywords(reading);
    combinators(reading);
    arrayKeywords(reading);
    objectKeywords(reading);
    for (const keyword of ['unevaluatedItems', 'unevaluatedProperties'] as const) {
      const rest = reading.own(keyword);
      if (location.draft !== '2020-12' || rest === undefined) continue;
      const value = reading.sub(`/${keyword}`, rest, false);
      const annotations = { formulas, resolver, of: (place: Location) => to(place, true) };
      reading.say(keyword, unevaluated(keyword, location, value, annotations) ?? reading.opaque(keyword, schema));
    }
    const whole = formulas.and(said);
    note(whole, { pointer: shownPointer(location, ''), keyword: '' });
    return whole;
  };

  const shownPointer = ({ document, pointer }: Location, keyword: string): string => {
    const whole = keyword === '' ? pointer : `${pointer}/${keyword}`;
    return document === resolver.root.document ? whole : `${document}#${whole}`;
  };
  const invalidAt = (location: Location, keyword: string): WaslError =>
    new WaslError('schema-invalid', { pointer: shownPointer(location, keyword) || '/', what: keyword || 'schema' });

  let root = of(resolver.root, 0);
  for (let next = later.pop(); next !== undefined; next = later.pop()) of(next, 0);
  root = made.get(nameOf(resolver.root)) ?? root;
  refuseLoops(inPlace);
  return { root, beside, placesOf: (id) => places.get(id) ?? [] };
};

const references = (reading: Reading, resolver: Resolver, to: (target: Location, same: boolean) => F): void => {
  const { location } = reading;
  const reference = reading.own('$ref');
  if (reference !== undefined) {
    if (typeof reference !== 'string') throw reading.invalid('$ref');
    reading.say('$ref', to(resolver.resolve(reference, location), true));
  }
  for (const keyword of ['$dynamicRef', '$recursiveRef']) {
    const dynamic = reading.own(keyword);
    if (dynamic === undefined) continue;
    if (typeof dynamic !== 'string') throw reading.invalid(keyword);
    // Validators differ, also where one anchor alone could be meant.
    reading.say(keyword, reading.opaque(keyword, { $dynamicRef: dynamic }));
  }
};

const combinators = (reading: Reading): void => {
  const { formulas } = reading;
  const listOf = (keyword: string): readonly F[] | undefined => {
    const list = reading.own(keyword);
    if (list === undefined) return undefined;
    if (!Array.isArray(list) || list.length === 0) throw reading.invalid(keyword);
    return list.map((inner: JsonValue, index) => reading.sub(`/${keyword}/${index}`, inner, true));
  };
  const all = listOf('allOf');
  for (const [index, part] of (all ?? []).entries()) reading.say(`allOf/${index}`, part);
  const some = listOf('anyOf');
  if (some !== undefined) reading.say('anyOf', formulas.or(some));
  const one = listOf('oneOf');
  if (one !== undefined) reading.say('oneOf', exactlyOne(formulas, one));
  const not = reading.own('not');
  if (not !== undefined) reading.say('not', formulas.not(reading.sub('/not', not, true)));

  const condition = reading.own('if');
  if (condition === undefined) return;
  if (reading.location.draft === '04') {
    reading.say('if', reading.opaque('if', [condition, reading.own('then') ?? true, reading.own('else') ?? true]));
    return;
  }
  const when = reading.sub('/if', condition, true);
  const branch = (keyword: 'then' | 'else'): F => {
    const inner = reading.own(keyword);
    return inner === undefined ? TRUE : reading.sub(`/${keyword}`, inner, true);
  };
  const [then, otherwise] = [branch('then'), branch('else')];
  const choose = (yes: F, no: F): F => formulas.or([formulas.and([when, yes]), formulas.and([formulas.not(when), no])]);
  reading.say('if', formulas.opposites(choose(then, otherwise), choose(formulas.not(then), formulas.not(otherwise))));
};

/** Exactly one of them; not so when none, or two at least. */
const exactlyOne = (formulas: Formulas, parts: readonly F[]): F => {
  const { and, or, not } = formulas;
  const one = or(parts.map((part, index) => and([part, ...parts.filter((_, other) => other !== index).map(not)])));
  const two = parts.flatMap((part, index) => parts.slice(index + 1).map((other) => and([part, other])));
  return formulas.opposites(one, or([and(parts.map(not)), ...two]));
};

/** A schema that must hold of a value before it holds of that value says nothing, and validators do not come back from it. */
const refuseLoops = (edges: ReadonlyMap<string, ReadonlySet<string>>): void => {
  const state = new Map<string, 'open' | 'done'>();
  for (const start of edges.keys()) {
    const path: { readonly name: string; readonly rest: string[] }[] = [];
    const enter = (name: string): void => {
      const at = state.get(name);
      if (at === 'open') throw new WaslError('schema-reference-loop', { reference: name });
      if (at === 'done') return;
      state.set(name, 'open');
      path.push({ name, rest: [...(edges.get(name) ?? [])] });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) enter(next);
      else state.set((path.pop() ?? top).name, 'done');
    }
  }
};
