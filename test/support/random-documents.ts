import { isObject } from '../../services/kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../services/kernel/strict-json.ts';
import type { Random } from './random.ts';

/** Documents made from the boundaries of schemas, and from each other. */
export interface Documents {
  next(): JsonValue;
  /** Says that a document is accepted, so that others are made from it. */
  keep(document: JsonValue): void;
}

const FORMS: Readonly<Record<string, readonly string[]>> = {
  date: ['2026-01-31'],
  email: ['a@example.jo'],
  uuid: ['123e4567-e89b-12d3-a456-426614174000'],
  'date-time': ['2026-01-31T10:15:30Z'],
  ipv4: ['192.0.2.1'],
};
const TEXTS = [
  '',
  'a',
  'b',
  'ab',
  'abc',
  'x',
  'x1',
  'c',
  'abab',
  '12',
  '123',
  '0',
  'A-1',
  'ABC-12',
  'ع',
  '😀',
  'zz',
  'aab',
  'A',
  'a1b',
  'aaaaa',
  'abcabcab',
];

/** `schemas`: those whose words, numbers and values matter; documents follow the first of them, now and then another. */
export const documentsOf = (schemas: readonly JsonValue[], random: Random): Documents => {
  const numbers = new Set<number>([0, 1, -1, 0.5]);
  const texts = new Set<string>([...TEXTS, ...Object.values(FORMS).flat()]);
  const names = new Set<string>();
  const values: JsonValue[] = [null, true, false, [], {}];
  const note = (schema: JsonValue): void => {
    if (Array.isArray(schema)) for (const inner of schema) note(inner);
    if (typeof schema === 'number') for (const by of [-1, -0.5, 0, 0.5, 1]) numbers.add(schema + by);
    if (typeof schema === 'number') for (const by of [2, 3, 7]) numbers.add(schema * by);
    if (!isObject(schema)) return;
    for (const [keyword, inner] of Object.entries(schema)) {
      if (
        ['properties', 'dependencies', 'dependentRequired', 'dependentSchemas'].includes(keyword) &&
        isObject(inner)
      ) {
        for (const name of Object.keys(inner)) names.add(name);
      }
      if (keyword === 'required' && Array.isArray(inner)) for (const name of inner) names.add(String(name));
      if (keyword === 'enum' && Array.isArray(inner)) values.push(...inner);
      if (keyword === 'const') values.push(inner);
      if (/^(min|max)Length$/.test(keyword)) for (const by of [0, 1]) texts.add('q'.repeat(Number(inner) + by));
      note(inner);
    }
  };
  for (const schema of schemas) note(schema);
  for (const name of [...names]) texts.add(name);
  const pools = { numbers: [...numbers], texts: [...texts], names: [...names, 'zz', 'a', 'x1', '12', 'A'], values };
  const kept: JsonValue[] = [];
  const maker = makerOf(pools, random);
  return {
    next: () => {
      const from = kept.length > 0 && random.chance(0.6) ? random.one(kept) : undefined;
      if (from !== undefined) return maker.mutate(from);
      const schema = random.chance(0.8) ? (schemas[0] ?? true) : random.one(schemas);
      const made = maker.fitting(schema, schema, 4);
      return random.chance(0.8) ? made : maker.mutate(made);
    },
    keep: (document) => {
      if (kept.length < 40) kept.push(document);
      else kept[random.upTo(kept.length)] = document;
    },
  };
};

interface Pools {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  readonly names: readonly string[];
  readonly values: readonly JsonValue[];
}

const makerOf = (pools: Pools, random: Random) => {
  const anything = (depth: number): JsonValue => {
    const kind = random.upTo(depth > 0 ? 6 : 4);
    if (kind === 0) return random.one(pools.numbers);
    if (kind === 1) return random.one(pools.texts);
    if (kind < 4) return random.one(pools.values);
    const count = random.upTo(4);
    if (kind === 4) return Array.from({ length: count }, () => anything(depth - 1));
    return Object.fromEntries(Array.from({ length: count }, () => [random.one(pools.names), anything(depth - 1)]));
  };

  const own = (schema: JsonObject, keyword: string): JsonValue | undefined =>
    Object.hasOwn(schema, keyword) ? schema[keyword] : undefined;
  const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
  const mapOf = (value: JsonValue | undefined): JsonObject => (isObject(value) ? value : {});
  const numberOf = (value: JsonValue | undefined, otherwise: number): number =>
    typeof value === 'number' ? value : otherwise;

  /** All that one way through the combinators says, in one schema. */
  const flat = (schema: JsonValue, root: JsonValue, depth: number): JsonObject => {
    if (!isObject(schema) || depth < 0) return {};
    const parts: JsonValue[] = [...listOf(own(schema, 'allOf'))];
    for (const keyword of ['anyOf', 'oneOf']) {
      const list = listOf(own(schema, keyword));
      if (list.length > 0) parts.push(random.one(list));
    }
    const reference = own(schema, '$ref');
    if (typeof reference === 'string') parts.push(mapOf(mapOf(root).$defs)[reference.slice(8)] ?? true);
    if (own(schema, 'if') !== undefined) {
      const yes = random.chance(0.5);
      parts.push(
        ...(yes ? [own(schema, 'if'), own(schema, 'then')] : [own(schema, 'else')]).filter(
          (part) => part !== undefined,
        ),
      );
    }
    let all: JsonObject = schema;
    for (const part of parts) all = merged(all, flat(part, root, depth - 1));
    return all;
  };
  const merged = (one: JsonObject, other: JsonObject): JsonObject => {
    const made = new Map(Object.entries(one));
    for (const [keyword, value] of Object.entries(other)) {
      const held = made.get(keyword);
      if (keyword === 'properties') made.set(keyword, { ...mapOf(held), ...mapOf(value) });
      else if (keyword === 'required') made.set(keyword, [...new Set([...listOf(held), ...listOf(value)])]);
      else if (held === undefined || random.chance(0.5)) made.set(keyword, value);
    }
    return Object.fromEntries(made);
  };

  const fitting = (schema: JsonValue, root: JsonValue, depth: number): JsonValue => {
    if (!isObject(schema) || depth < 0) return anything(1);
    const all = flat(schema, root, 3);
    if (own(all, 'const') !== undefined) return own(all, 'const') ?? null;
    const listed = listOf(own(all, 'enum'));
    const types = [own(all, 'type')].flat().filter((type) => typeof type === 'string');
    if (listed.length > 0 && random.chance(0.9)) return random.one(listed);
    const type = types.length > 0 ? random.one(types) : guessed(all);
    switch (type) {
      case 'null':
        return null;
      case 'boolean':
        return random.chance(0.5);
      case 'integer':
      case 'number':
        return numbers(all, type);
      case 'string':
        return text(all);
      case 'array':
        return list(all, root, depth);
      case 'object':
        return object(all, root, depth);
      default:
        return anything(2);
    }
  };
  const guessed = (all: JsonObject): string => {
    const said: [string, readonly string[]][] = [
      [
        'object',
        ['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames', 'minProperties'],
      ],
      ['array', ['items', 'prefixItems', 'contains', 'minItems', 'uniqueItems']],
      ['string', ['minLength', 'maxLength', 'pattern', 'format']],
      ['number', ['minimum', 'maximum', 'multipleOf', 'exclusiveMinimum']],
    ];
    const fit = said.filter(([, keywords]) => keywords.some((keyword) => keyword in all)).map(([type]) => type);
    return fit.length > 0 && random.chance(0.7) ? random.one(fit) : 'any';
  };
  const numbers = (all: JsonObject, type: string): JsonValue => {
    const by = numberOf(own(all, 'multipleOf'), type === 'integer' ? 1 : 0.5);
    const low = numberOf(own(all, 'minimum'), numberOf(own(all, 'exclusiveMinimum'), -4));
    const near = Math.ceil(low / by) * by + random.upTo(6) * by;
    return random.chance(0.7)
      ? Number(near.toFixed(4))
      : type === 'integer'
        ? Math.round(random.one(pools.numbers))
        : random.one(pools.numbers);
  };
  const text = (all: JsonObject): JsonValue => {
    const format = own(all, 'format');
    if (typeof format === 'string' && random.chance(0.8)) return random.one(FORMS[format] ?? ['a']);
    const least = numberOf(own(all, 'minLength'), 0);
    const most = numberOf(own(all, 'maxLength'), 99);
    const pattern = own(all, 'pattern');
    const test = typeof pattern === 'string' ? new RegExp(pattern, 'u') : undefined;
    const good = pools.texts.filter(
      (each) => [...each].length >= least && [...each].length <= most && test?.test(each) !== false,
    );
    return good.length > 0 && random.chance(0.85) ? random.one(good) : random.one(pools.texts);
  };
  const list = (all: JsonObject, root: JsonValue, depth: number): JsonValue => {
    const tuple = Array.isArray(own(all, 'items')) ? listOf(own(all, 'items')) : listOf(own(all, 'prefixItems'));
    const rest =
      (Array.isArray(own(all, 'items')) ? own(all, 'additionalItems') : own(all, 'items')) ??
      own(all, 'unevaluatedItems') ??
      true;
    const wanted = own(all, 'contains');
    const least = Math.max(
      numberOf(own(all, 'minItems'), 0),
      wanted === undefined ? 0 : numberOf(own(all, 'minContains'), 1),
    );
    const most = numberOf(own(all, 'maxItems'), 5);
    const length = Math.min(Math.max(most, least), least + random.upTo(3));
    const contained = wanted === undefined ? 0 : numberOf(own(all, 'minContains'), 1);
    return Array.from({ length }, (_, index) => {
      const inner =
        index >= length - contained && wanted !== undefined && random.chance(0.8)
          ? merged(mapOf(wanted), mapOf(tuple[index] ?? rest))
          : (tuple[index] ?? rest);
      return fitting(inner, root, depth - 1);
    });
  };
  const object = (all: JsonObject, root: JsonValue, depth: number): JsonValue => {
    const properties = mapOf(own(all, 'properties'));
    const patterns = Object.entries(mapOf(own(all, 'patternProperties')));
    const rest = own(all, 'additionalProperties') ?? own(all, 'unevaluatedProperties') ?? true;
    const names = new Set(listOf(own(all, 'required')).map(String));
    for (const name of Object.keys(properties)) if (properties[name] !== false && random.chance(0.5)) names.add(name);
    const most = numberOf(own(all, 'maxProperties'), 6);
    const least = numberOf(own(all, 'minProperties'), 0);
    for (let left = 12; left > 0 && (names.size < least || (random.chance(0.2) && names.size < most)); left -= 1)
      names.add(random.one(pools.names));
    return Object.fromEntries(
      [...names].map((name) => {
        const parts = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name)).map(([, inner]) => inner);
        if (Object.hasOwn(properties, name)) parts.push(properties[name] ?? true);
        const inner =
          parts.length === 0 ? rest : parts.length === 1 ? (parts[0] ?? true) : parts.map(mapOf).reduce(merged);
        return [name, fitting(inner, root, depth - 1)];
      }),
    );
  };

  const mutate = (document: JsonValue): JsonValue => {
    if (Array.isArray(document) && random.chance(0.85)) {
      const items = [...document];
      const at = random.upTo(Math.max(items.length, 1));
      const kind = random.upTo(4);
      if (kind === 0) items.push(anything(1));
      else if (kind === 1) items.splice(at, 1);
      else if (kind === 2 && items.length > 0) items.push(items[at] ?? null);
      else if (items.length > 0) items[at] = mutate(items[at] ?? null);
      return items;
    }
    if (isObject(document) && random.chance(0.9)) {
      const entries = Object.entries(document);
      const kind = random.upTo(4);
      if (kind === 0 || entries.length === 0)
        return Object.fromEntries([...entries, [random.one(pools.names), anything(1)]]);
      const at = random.upTo(entries.length);
      if (kind === 1) return Object.fromEntries(entries.filter((_, index) => index !== at));
      return Object.fromEntries(entries.map(([name, value], index) => [name, index === at ? mutate(value) : value]));
    }
    if (typeof document === 'number' && random.chance(0.5)) return document + random.one([1, -1, 0.5, 2, -2, 0.1]);
    if (typeof document === 'string' && random.chance(0.5)) {
      return random.one([
        `${document}a`,
        document.slice(1),
        `x${document}`,
        document + document,
        random.one(pools.texts),
      ]);
    }
    return anything(2);
  };
  return { fitting, mutate };
};
