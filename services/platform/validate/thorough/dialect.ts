import { isObject } from '../../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../../kernel/strict-json.ts';
import { APPLICATORS, UNEVALUATED } from './applicators.ts';
import { VALIDATION } from './scalars.ts';

/** Which keywords a schema speaks with. */
export interface Dialect {
  knows(keyword: string): boolean;
  readonly formats: boolean;
}

const VOCABULARY = 'https://json-schema.org/draft/2020-12/vocab/';
const STANDARD_URI = 'https://json-schema.org/draft/2020-12/schema';
const NAMES = [
  'core',
  'applicator',
  'unevaluated',
  'validation',
  'meta-data',
  'format-annotation',
  'format-assertion',
  'content',
];

/** The standard's own dialect, with formats as assertions. */
const STANDARD: Dialect = { knows: () => true, formats: true };

/**
 * The dialect of a schema document; undefined when it is one that is not read here: another draft, or a meta-schema that is not among the
 * references or requires a vocabulary that nobody here knows (core, 8.1.2).
 */
export const dialectOf = (schema: JsonValue, references: ReadonlyMap<string, JsonValue>): Dialect | undefined => {
  const named = isObject(schema) && Object.hasOwn(schema, '$schema') ? String(schema.$schema) : STANDARD_URI;
  const uri = named.replace(/#$/, '');
  if (uri === STANDARD_URI) return STANDARD;
  const meta = references.get(uri);
  const said = isObject(meta) && Object.hasOwn(meta, '$vocabulary') ? meta.$vocabulary : undefined;
  return isObject(said) ? spoken(said) : undefined;
};

const spoken = (said: JsonObject): Dialect | undefined => {
  const known = new Set(NAMES.map((name) => VOCABULARY + name));
  if (Object.entries(said).some(([uri, required]) => required === true && !known.has(uri))) return undefined;
  const has = (name: string): boolean => Object.hasOwn(said, VOCABULARY + name);
  const silent = new Set([
    ...(has('validation') ? [] : [...Object.keys(VALIDATION), 'minContains', 'maxContains']),
    ...(has('applicator') ? [] : [...Object.keys(APPLICATORS), 'then', 'else']),
    ...(has('unevaluated') ? [] : Object.keys(UNEVALUATED)),
  ]);
  return { knows: (keyword) => !silent.has(keyword), formats: has('format-assertion') };
};

/** A document without a `$schema` of its own kind: what it speaks is told by `dialectOf`. */
export const withoutDialect = (schema: JsonValue): JsonValue => {
  if (!isObject(schema)) return schema;
  const { $schema: _, ...rest } = schema;
  return rest;
};
