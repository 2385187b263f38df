import type { JsonObject, JsonValue } from '../strict-json.ts';

export type Draft = '2020-12' | '07' | '04';

const DRAFTS: ReadonlyMap<string, Draft> = new Map([
  ['https://json-schema.org/draft/2020-12/schema', '2020-12'],
  ['http://json-schema.org/draft-07/schema', '07'],
  ['https://json-schema.org/draft-07/schema', '07'],
  ['http://json-schema.org/draft-04/schema', '04'],
]);

/** The draft that `$schema` names, 2020-12 when it names none; undefined for a draft that is not read. */
export const draftOf = (schema: JsonValue): Draft | undefined => {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return '2020-12';
  const named = (schema as JsonObject).$schema;
  if (named === undefined) return '2020-12';
  return typeof named === 'string' ? DRAFTS.get(named.replace(/#$/, '')) : undefined;
};

/** Where schemas stand inside a schema, whatever the draft. */
const ONE = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'];
const MAPS = ['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties'];

/** Every schema directly inside a schema, with its steps of a JSON pointer. */
export const schemasInside = (schema: JsonObject): readonly { readonly at: string; readonly inner: JsonValue }[] => {
  const found: { at: string; inner: JsonValue }[] = [];
  const own = (name: string): JsonValue | undefined => (Object.hasOwn(schema, name) ? schema[name] : undefined);
  for (const name of ONE) {
    const inner = own(name);
    if (typeof inner === 'boolean' || isSchemaObject(inner)) found.push({ at: `/${name}`, inner });
  }
  for (const name of LISTS) {
    const list = own(name);
    if (Array.isArray(list))
      for (const [index, inner] of list.entries()) found.push({ at: `/${name}/${index}`, inner });
  }
  for (const name of MAPS) {
    const map = own(name);
    if (!isSchemaObject(map)) continue;
    for (const [key, inner] of Object.entries(map)) {
      if (typeof inner === 'boolean' || isSchemaObject(inner))
        found.push({ at: `/${name}/${escapePointer(key)}`, inner });
    }
  }
  return found;
};

const isSchemaObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** One step of a JSON pointer (RFC 6901 section 3). */
export const escapePointer = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');
export const unescapePointer = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');
