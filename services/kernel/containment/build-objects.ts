import { isObject } from '../fields.ts';
import type { JsonObject, JsonValue } from '../strict-json.ts';
import type { Reading } from './build.ts';
import { count, patternOf } from './build-scalars.ts';
import { FALSE, TRUE } from './formulas.ts';
import { escapePointer } from './keywords.ts';
import type { F } from './literals.ts';

/** What is said of objects. */
export const objectKeywords = (reading: Reading): void => {
  const { formulas, own, say, location } = reading;
  for (const op of ['minProperties', 'maxProperties'] as const) {
    const n = count(reading, op);
    if (n !== undefined) say(op, formulas.literal({ of: 'object', op, n, strong: false }));
  }
  members(reading);

  const names = own('propertyNames');
  if (names !== undefined) {
    const rule = location.draft === '04' ? undefined : reading.sub('/propertyNames', names, false);
    if (rule === undefined) say('propertyNames', reading.opaque('propertyNames', names));
    else say('propertyNames', every(reading, formulas.not(rule), FALSE));
  }
  const required = own('required');
  if (required !== undefined)
    for (const name of nameList(reading, 'required', required)) say('required', has(reading, name));
  dependencies(reading);
  for (const keyword of location.draft === '2020-12'
    ? []
    : ['dependentRequired', 'dependentSchemas', 'unevaluatedProperties']) {
    const foreign = own(keyword);
    if (foreign !== undefined) say(keyword, reading.opaque(keyword, foreign));
  }
};

const members = (reading: Reading): void => {
  const { formulas, own, say } = reading;
  const properties = mapOf(reading, 'properties');
  const patterns = mapOf(reading, 'patternProperties');
  const known: F[] = [];
  for (const [name, inner] of Object.entries(properties)) {
    const at = `properties/${escapePointer(name)}`;
    const key = named(reading, name);
    known.push(key);
    say(at, every(reading, key, reading.sub(`/${at}`, inner, false)));
  }
  for (const [pattern, inner] of Object.entries(patterns)) {
    const at = `patternProperties/${escapePointer(pattern)}`;
    const text = patternOf(reading, at, pattern);
    const key = formulas.literal({ of: 'string', op: 'pattern', text, holds: true, strong: false });
    known.push(key);
    say(at, every(reading, key, reading.sub(`/${at}`, inner, false)));
  }
  const rest = own('additionalProperties');
  if (rest === undefined) return;
  const others = formulas.and([
    notAmong(reading, Object.keys(properties)),
    ...known.slice(Object.keys(properties).length).map(formulas.not),
  ]);
  say('additionalProperties', every(reading, others, reading.sub('/additionalProperties', rest, false)));
};

const dependencies = (reading: Reading): void => {
  const { formulas, say } = reading;
  const depends = (keyword: string, name: string, value: JsonValue): void => {
    const at = `${keyword}/${escapePointer(name)}`;
    const needs = Array.isArray(value)
      ? formulas.and(nameList(reading, at, value).map((needed) => has(reading, needed)))
      : reading.sub(`/${at}`, value, true);
    say(at, formulas.or([every(reading, named(reading, name), FALSE), needs]));
  };
  const keywords =
    reading.location.draft === '2020-12' ? ['dependencies', 'dependentRequired', 'dependentSchemas'] : ['dependencies'];
  for (const keyword of keywords) {
    for (const [name, value] of Object.entries(mapOf(reading, keyword))) {
      if (keyword === 'dependentRequired' && !Array.isArray(value)) throw reading.invalid(keyword);
      depends(keyword, name, value);
    }
  }
};

/** Every member whose name is so has a value that is so. */
const every = ({ formulas }: Reading, keys: F, value: F): F =>
  formulas.literal({ of: 'object', op: 'every', keys, value, strong: false });

const has = (reading: Reading, name: string): F =>
  reading.formulas.literal({ of: 'object', op: 'some', keys: named(reading, name), value: TRUE, strong: false });

const valuesOf = (names: readonly string[]): ReadonlyMap<string, JsonValue> =>
  new Map(names.map((name) => [JSON.stringify(name), name]));

const named = ({ formulas }: Reading, name: string): F =>
  formulas.literal({ of: 'any', op: 'enum', values: valuesOf([name]), holds: true });

const notAmong = ({ formulas }: Reading, names: readonly string[]): F =>
  formulas.literal({ of: 'any', op: 'enum', values: valuesOf(names), holds: false });

const mapOf = ({ own, invalid }: Reading, keyword: string): JsonObject => {
  const map = own(keyword) ?? {};
  if (!isObject(map)) throw invalid(keyword);
  return map;
};

const nameList = ({ invalid }: Reading, keyword: string, list: JsonValue): readonly string[] => {
  if (!Array.isArray(list)) throw invalid(keyword);
  return list.map((name: JsonValue) =>
    typeof name === 'string'
      ? name
      : (() => {
          throw invalid(keyword);
        })(),
  );
};
