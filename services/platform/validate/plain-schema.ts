import { isObject } from '../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts';

const MAPS = [
  '$defs',
  'definitions',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'properties',
];
const DATA = ['const', 'enum', 'default', 'examples'];
const PROTO = '__proto__';

/**
 * A schema as ajv takes it, with the same meaning: an empty `enum` is `false`, draft-04 is draft-07, `$schema` is left out, and what is said
 * of a member called `__proto__`, which ajv passes over, is said by a pattern.
 */
export const plainSchema = (schema: JsonValue): JsonValue => {
  const named = isObject(schema) ? String(schema.$schema) : '';
  return plain(schema, named.includes('draft-04') ? '04' : named.includes('draft-07') ? '07' : '2020-12');
};

type Draft = '04' | '07' | '2020-12';

const plain = (schema: JsonValue, draft: Draft): JsonValue => {
  if (!isObject(schema)) return schema;
  const made = new Map<string, JsonValue>();
  const also: JsonValue[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === '$schema') continue;
    if (DATA.includes(keyword)) made.set(keyword, value);
    else if (MAPS.includes(keyword) && isObject(value)) made.set(keyword, map(keyword, value, draft, also));
    else if (Array.isArray(value))
      made.set(
        keyword,
        value.map((inner: JsonValue) => plain(inner, draft)),
      );
    else made.set(keyword, plain(value, draft));
  }
  if (draft === '04') modernise(made);
  const values = made.get('enum');
  if (Array.isArray(values) && values.length === 0) {
    made.delete('enum');
    also.push(false);
  }
  // ajv 8.20 accepts an empty array where `contains` stands beside `prefixItems`: its loop never runs.
  const contained = (draft === '2020-12' ? made.get('minContains') : undefined) ?? 1;
  if (draft !== '04' && made.has('contains') && typeof contained === 'number' && contained > 0)
    also.push({ minItems: contained });
  // Beside the others, so that what they look at counts as looked at.
  if (also.length > 0) made.set('allOf', [...((made.get('allOf') as readonly JsonValue[] | undefined) ?? []), ...also]);
  return Object.fromEntries(made);
};

const map = (keyword: string, value: JsonObject, draft: Draft, also: JsonValue[]): JsonObject => {
  const entries = Object.entries(value).map(([name, inner]): [string, JsonValue] => [
    name,
    Array.isArray(inner) ? inner : plain(inner, draft),
  ]);
  const hidden = entries.find(([name]) => name === PROTO);
  if (hidden === undefined || keyword === 'patternProperties') return Object.fromEntries(entries);
  const [, inner] = hidden;
  if (keyword === 'properties') also.push({ patternProperties: { [`^${PROTO}$`]: inner } });
  else if (keyword.startsWith('dependen')) {
    also.push({ anyOf: [{ not: { required: [PROTO] } }, Array.isArray(inner) ? { required: inner } : inner] });
  }
  return Object.fromEntries(entries);
};

const modernise = (made: Map<string, JsonValue>): void => {
  for (const [flag, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    const limit = made.get(bound);
    if (made.get(flag) === true && limit !== undefined) {
      made.set(flag, limit);
      made.delete(bound);
    } else if (typeof made.get(flag) === 'boolean') made.delete(flag);
  }
  const id = made.get('id');
  if (typeof id === 'string') {
    made.delete('id');
    made.set('$id', id);
  }
};
