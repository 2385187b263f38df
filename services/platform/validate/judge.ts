import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as formats from 'ajv-formats';
import type { Judge } from '../../kernel/containment/index.ts';
import { isObject } from '../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts';
import { boundedRegExp } from './bounded-regexp.ts';
import { plainSchema } from './plain-schema.ts';

const COMPILED_AT_MOST = 64;
/** Schemas with more objects in them take ajv too long to compile: a judge has no answer on them. */
const MOST_OBJECTS = 600;

const OPTIONS: Options = {
  strict: false,
  meta: false,
  validateSchema: false,
  ownProperties: true,
  logger: false,
  code: { regExp: boundedRegExp },
};

type Validate = ValidateFunction | boolean | undefined;

/**
 * Judges documents by ajv: draft 2020-12, or draft-07 where `$schema` says so (draft-04 is rewritten as draft-07). Formats are assertions. A schema
 * that does not compile has no answer.
 */
export const makeJudge = (): Judge => {
  const compiled = new Map<JsonValue, { references: ReadonlyMap<string, JsonValue>; validate: Validate }>();
  const validatorOf = (schema: JsonValue, references: ReadonlyMap<string, JsonValue>): Validate => {
    const held = compiled.get(schema);
    if (held !== undefined && held.references === references) return held.validate;
    const validate = compile(schema, references);
    for (const oldest of compiled.keys()) {
      if (compiled.size < COMPILED_AT_MOST) break;
      compiled.delete(oldest);
    }
    compiled.set(schema, { references, validate });
    return validate;
  };
  return {
    accepts: (schema, document, references) => {
      if (typeof schema === 'boolean') return schema;
      const validate = validatorOf(schema, references);
      if (validate === undefined || typeof validate === 'boolean') return validate;
      try {
        return validate(document) === true;
      } catch {
        return undefined;
      }
    },
  };
};

const compile = (schema: JsonValue, references: ReadonlyMap<string, JsonValue>): Validate => {
  if (!isObject(schema) || objectsIn([schema, ...references.values()]) > MOST_OBJECTS) return undefined;
  try {
    const ajv = isModern(schema) ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS);
    (formats.default as unknown as (to: unknown) => void)(ajv);
    for (const [uri, registered] of references) {
      const plain = plainSchema(registered);
      if (typeof plain === 'boolean' || isObject(plain)) ajv.addSchema(plain as object, uri);
    }
    return ajv.compile(plainSchema(schema) as object);
  } catch {
    return undefined;
  }
};

/** How many objects there are, counted until there are too many. */
const objectsIn = (values: readonly JsonValue[]): number => {
  const open = [...values];
  let count = 0;
  for (let next = open.pop(); next !== undefined && count <= MOST_OBJECTS; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) count += 1;
    for (const inner of Object.values(next)) open.push(inner);
  }
  return count;
};

const isModern = (schema: JsonObject): boolean => {
  const named = schema.$schema;
  return typeof named !== 'string' || named.includes('2020-12');
};
