import { schemasInside } from '../../kernel/containment/keywords.ts';
import { isObject } from '../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts';
import { isFormat } from './thorough/formats.ts';

/** What ajv and the standard read alike, and what asserts nothing. */
const ALIKE = new Set([
  ...['type', 'enum', 'const', 'maximum', 'minimum', 'exclusiveMaximum', 'exclusiveMinimum'],
  ...['maxLength', 'minLength', 'pattern', 'format', 'maxItems', 'minItems', 'prefixItems', 'items', 'uniqueItems'],
  ...['maxProperties', 'minProperties', 'required', 'properties', 'patternProperties', 'additionalProperties'],
  ...['propertyNames', 'dependentRequired', 'dependentSchemas'],
  ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', '$ref', '$defs'],
  ...['$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'],
  ...['contentEncoding', 'contentMediaType'],
]);
const STANDARD = 'https://json-schema.org/draft/2020-12/schema';
/** The whole schema, or a schema by its name there. */
const REFERENCE = /^#(?:\/\$defs\/([A-Za-z0-9_.-]+))?$/;
const PROTO = '__proto__';
/** Schemas with more objects in them take ajv too long to compile. */
const MOST_OBJECTS = 600;

/**
 * Whether ajv may be left a schema of draft 2020-12: it says nothing that ajv 8.20 reads otherwise than the standard (decision 0014), and is not
 * large (`most` objects). Its own `$id` is for others, and so is `x-…`.
 */
export const isOrdinary = (schema: JsonObject, most = MOST_OBJECTS): boolean => {
  const { $id: _, $schema: draft, ...root } = schema;
  if (draft !== undefined && draft !== STANDARD) return false;
  const defs = isObject(root.$defs) ? root.$defs : {};
  const open: JsonValue[] = [root];
  let objects = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!isObject(at)) continue;
    objects += 1;
    if (objects > most || !isAlike(at, defs)) return false;
    for (const { inner } of schemasInside(at)) open.push(inner);
  }
  return true;
};

const isAlike = (schema: JsonObject, defs: JsonObject): boolean =>
  Object.entries(schema).every(([keyword, said]) => {
    if (!ALIKE.has(keyword)) return keyword.startsWith('x-');
    switch (keyword) {
      case '$ref': {
        const [found, name] = REFERENCE.exec(String(said)) ?? [];
        return found !== undefined && (name === undefined || Object.hasOwn(defs, name));
      }
      // An empty list is refused there, and objects are compared by members that a document may overwrite (`constructor`, `valueOf`).
      case 'enum':
        return Array.isArray(said) && said.length > 0 && said.every(isScalar);
      case 'const':
        return isScalar(said);
      case 'uniqueItems':
        return (
          said !== true || (schema.prefixItems === undefined && isObject(schema.items) && hasScalarType(schema.items))
        );
      case 'required':
        return Array.isArray(said) && !said.includes(PROTO);
      case 'properties':
      case 'dependentSchemas':
        return isObject(said) && !Object.hasOwn(said, PROTO);
      case 'dependentRequired':
        return (
          isObject(said) &&
          Object.entries(said).every(
            ([name, needs]) => name !== PROTO && Array.isArray(needs) && !needs.includes(PROTO),
          )
        );
      default:
        return true;
    }
  });

/** Of the standard, and left to the thorough reading. */
const OTHERS = new Set([
  ...['$id', '$schema', '$anchor', '$dynamicRef', '$dynamicAnchor', '$vocabulary', 'contentSchema', 'dependencies'],
  ...[
    'multipleOf',
    'uniqueItems',
    'contains',
    'minContains',
    'maxContains',
    'unevaluatedItems',
    'unevaluatedProperties',
  ],
]);

/** The first keyword or format in a schema that nobody here knows, besides `names`: mostly a slip of the pen. */
export const strangerIn = (schema: JsonObject, names: readonly string[]): string | undefined => {
  const open: JsonValue[] = [schema];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!isObject(at)) continue;
    for (const [keyword, said] of Object.entries(at)) {
      if (!ALIKE.has(keyword) && !OTHERS.has(keyword) && !names.includes(keyword)) return keyword;
      if (keyword === 'format' && !isFormat(String(said))) return String(said);
    }
    for (const { inner } of schemasInside(at)) open.push(inner);
  }
  return undefined;
};

const hasScalarType = ({ type }: JsonObject): boolean =>
  type !== undefined && [type].flat().every((one) => typeof one === 'string' && !['array', 'object'].includes(one));

const isScalar = (value: JsonValue): boolean => typeof value !== 'object' || value === null;
