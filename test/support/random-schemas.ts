import type { JsonObject, JsonValue } from '../../services/kernel/strict-json.ts';
import type { Random } from './random.ts';

const NAMES = ['a', 'b', 'c', 'ab', 'x1', '__proto__', 'constructor'];
const PATTERNS = ['^a', 'b$', '^[a-z]+$', '[0-9]', '^[0-9]{2,4}$', '^(ab|c)*$', '^x', '^.{2}$', '^[A-Z]{1,3}-\\d+$'];
const FORMATS = ['date', 'email', 'uuid', 'date-time', 'ipv4'];
const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
const VALUES: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  1,
  2,
  1.5,
  -1,
  10,
  '',
  'a',
  'ab',
  'abc',
  'b',
  [],
  [1],
  ['a'],
  {},
  { a: 1 },
];
const PLACED = '#/$defs/';

type Mutable = Record<string, JsonValue>;

/** A schema over few names and small numbers, so that two of them have something to do with each other. */
export const randomSchema = (random: Random): JsonValue => {
  const draft07 = random.chance(0.25);
  const made = schemaOf(random, 3, draft07);
  if (typeof made === 'boolean') return made;
  const whole: Mutable = { ...(made as JsonObject) };
  if (draft07) whole.$schema = 'http://json-schema.org/draft-07/schema#';
  whole.$defs = { one: schemaOf(random, 2, draft07), tree: tree(random, draft07) };
  return whole;
};

const tree = (random: Random, draft07: boolean): JsonValue => ({
  type: 'object',
  properties: { a: schemaOf(random, 1, draft07), c: { type: 'array', items: { $ref: `${PLACED}tree` } } },
  ...(random.chance(0.4) ? { required: ['a'] } : {}),
});

/** `wanted`: the types of the schema around it, where both speak of the same value; mostly kept, so that some value can be both. */
const schemaOf = (random: Random, depth: number, draft07: boolean, wanted?: readonly string[]): JsonValue => {
  if (random.chance(0.03)) return random.chance(0.85);
  const made: Mutable = {};
  const drawn = random.chance(0.85) ? [random.one(TYPES)] : some(random, TYPES, 3);
  const kinds = wanted !== undefined && random.chance(0.85) ? wanted : drawn;
  if (random.chance(wanted === undefined ? 0.85 : 0.4)) made.type = kinds.length === 1 ? (kinds[0] ?? 'null') : kinds;
  for (const kind of kinds) keywordsOf(made, kind, random, depth, draft07);
  const fitting = VALUES.filter((value) => kinds.some((kind) => typesOf(value).includes(kind)));
  if (random.chance(0.08)) made.enum = some(random, fitting.length > 0 ? fitting : VALUES, 4);
  if (random.chance(0.03)) made.const = random.one(fitting.length > 0 ? fitting : VALUES);
  if (depth > 0) {
    const inner = (): JsonValue => schemaOf(random, depth - 1, draft07, kinds);
    const list = (): JsonValue[] => Array.from({ length: 1 + random.upTo(3) }, inner);
    if (random.chance(0.08)) made.allOf = list();
    if (random.chance(0.12)) made.anyOf = list();
    if (random.chance(0.1)) made.oneOf = list();
    if (random.chance(0.08)) made.not = schemaOf(random, depth - 1, draft07, random.chance(0.5) ? kinds : undefined);
    if (random.chance(0.06)) {
      made.if = inner();
      if (random.chance(0.8)) made[THEN] = inner();
      if (random.chance(0.6)) made.else = inner();
    }
    if (random.chance(0.06)) made.$ref = PLACED + random.one(['one', 'tree']);
  }
  return made;
};

const THEN = 'then';

const typesOf = (value: JsonValue): readonly string[] => {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
};

const keywordsOf = (made: Mutable, kind: string, random: Random, depth: number, draft07: boolean): void => {
  const put = (chance: number, keyword: string, value: () => JsonValue): void => {
    if (random.chance(chance)) made[keyword] = value();
  };
  const inner = (): JsonValue => (depth > 0 ? schemaOf(random, depth - 1, draft07) : { type: random.one(TYPES) });
  if (kind === 'integer' || kind === 'number') {
    put(0.4, 'minimum', () => random.upTo(8) - 3);
    put(0.4, 'maximum', () => random.upTo(12) + 4);
    put(0.12, 'exclusiveMinimum', () => random.upTo(8) - 4);
    put(0.12, 'exclusiveMaximum', () => random.upTo(12) + 5);
    put(0.2, 'multipleOf', () => random.one([1, 2, 3, 5, 6, 10, 0.5, 0.1, 0.01]));
  } else if (kind === 'string') {
    put(0.35, 'minLength', () => random.upTo(3));
    put(0.35, 'maxLength', () => random.upTo(5) + 2);
    put(0.2, 'pattern', () => random.one(PATTERNS));
    put(0.12, 'format', () => random.one(FORMATS));
  } else if (kind === 'array') {
    arrays(put, inner, random, draft07);
  } else if (kind === 'object') {
    objects(made, put, inner, random, draft07);
  }
};

type Put = (chance: number, keyword: string, value: () => JsonValue) => void;

const arrays = (put: Put, inner: () => JsonValue, random: Random, draft07: boolean): void => {
  const list = (): JsonValue[] => Array.from({ length: 1 + random.upTo(2) }, inner);
  put(0.3, 'minItems', () => random.upTo(3));
  put(0.3, 'maxItems', () => random.upTo(3) + 1);
  put(0.2, 'uniqueItems', () => random.chance(0.8));
  put(0.2, 'contains', inner);
  if (draft07) {
    put(0.6, 'items', () => (random.chance(0.4) ? list() : inner()));
    put(0.3, 'additionalItems', inner);
    return;
  }
  put(0.6, 'items', inner);
  put(0.3, 'prefixItems', list);
  put(0.15, 'minContains', () => random.upTo(3));
  put(0.15, 'maxContains', () => random.upTo(3) + 1);
  put(0.08, 'unevaluatedItems', inner);
};

const objects = (made: Mutable, put: Put, inner: () => JsonValue, random: Random, draft07: boolean): void => {
  const map = (names: readonly string[], most: number, value: () => JsonValue): JsonValue =>
    Object.fromEntries(some(random, names, most).map((name) => [name, value()]));
  const names = (): JsonValue => some(random, NAMES, 2);
  put(0.8, 'properties', () => map(NAMES, 3, inner));
  put(0.4, 'required', names);
  put(0.35, 'additionalProperties', () => (random.chance(0.4) ? false : inner()));
  put(0.15, 'patternProperties', () => map(PATTERNS, 2, inner));
  put(0.1, 'propertyNames', () =>
    random.one<JsonValue>([{ pattern: random.one(PATTERNS) }, { maxLength: 2 }, { enum: ['a', 'b', 'c'] }]),
  );
  put(0.15, 'minProperties', () => random.upTo(3));
  put(0.15, 'maxProperties', () => random.upTo(3) + 1);
  if (draft07) put(0.12, 'dependencies', () => map(NAMES, 2, () => (random.chance(0.5) ? names() : inner())));
  else {
    put(0.1, 'dependentRequired', () => map(NAMES, 2, names));
    put(0.08, 'dependentSchemas', () => map(NAMES, 1, inner));
    put(0.1, 'unevaluatedProperties', () => (random.chance(0.5) ? false : inner()));
  }
  if (made.required === undefined && random.chance(0.1)) made.required = ['a'];
};

const some = <T>(random: Random, list: readonly T[], most: number): T[] => {
  const chosen = new Set<T>();
  for (let left = 1 + random.upTo(most); left > 0; left -= 1) chosen.add(random.one(list));
  return [...chosen];
};

/** A schema with one to three small changes somewhere in it. */
export const changed = (schema: JsonValue, random: Random): JsonValue => {
  let made = schema;
  for (let left = 1 + random.upTo(3); left > 0; left -= 1) made = changedOnce(made, random);
  return made;
};

const changedOnce = (schema: JsonValue, random: Random): JsonValue => {
  if (!isMap(schema) || random.chance(0.03)) return random.chance(0.3) ? randomPart(random) : wrapped(schema, random);
  const entries = Object.entries(schema).filter(([keyword]) => keyword !== '$schema');
  if (entries.length === 0 || random.chance(0.12)) return { ...schema, ...(randomPart(random) as JsonObject) };
  const [keyword, value] = random.one(entries);
  const without = Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));
  if (keyword !== '$defs' && random.chance(0.15)) return without;
  return Object.fromEntries([...Object.entries(without), [keyword, changedValue(keyword, value, random)]]);
};

const changedValue = (keyword: string, value: JsonValue, random: Random): JsonValue => {
  if (typeof value === 'number') {
    const moved = keyword === 'multipleOf' ? value * random.one([1, 2, 0.5, 3]) : value + random.upTo(5) - 2;
    return /^(min|max)[A-Z]/.test(keyword) ? Math.max(0, Math.round(moved)) : moved;
  }
  if (keyword === '$ref') return value;
  if (keyword === 'pattern') return random.one(PATTERNS);
  if (keyword === 'type') return random.one(TYPES);
  if (keyword === 'uniqueItems') return value !== true;
  if (keyword === 'enum' || keyword === 'required') {
    const list = Array.isArray(value) ? [...value] : [];
    if (list.length > 1 && random.chance(0.5)) list.splice(random.upTo(list.length), 1);
    else list.push(keyword === 'enum' ? random.one(VALUES) : random.one(NAMES));
    return [...new Set(list)];
  }
  if (Array.isArray(value)) {
    const at = random.upTo(value.length);
    return value.map((inner: JsonValue, index) => (index === at ? changedOnce(inner, random) : inner));
  }
  if (!isMap(value)) return typeof value === 'boolean' ? randomPart(random) : value;
  if (['properties', 'patternProperties', '$defs', 'dependentSchemas'].includes(keyword)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return value;
    const at = random.upTo(entries.length);
    if (keyword !== '$defs' && random.chance(0.15))
      return Object.fromEntries(entries.filter((_, index) => index !== at));
    return Object.fromEntries(
      entries.map(([name, inner], index) => [name, index === at ? changedOnce(inner, random) : inner]),
    );
  }
  if (['dependencies', 'dependentRequired', 'const'].includes(keyword)) return value;
  return changedOnce(value, random);
};

const randomPart = (random: Random): JsonValue => schemaOf(random, 1, true);

const wrapped = (schema: JsonValue, random: Random): JsonValue => {
  if (isMap(schema) && ('$defs' in schema || '$schema' in schema)) return schema;
  const other = randomPart(random);
  return random.one<JsonValue>([
    { anyOf: [schema, other] },
    { allOf: [schema] },
    { oneOf: [other, schema] },
    { not: { not: schema } },
    { anyOf: [other, schema], type: random.one(TYPES) },
  ]);
};

const isMap = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
