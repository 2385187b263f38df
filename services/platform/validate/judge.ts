import { Ajv, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as formats from 'ajv-formats';
import type { Judge } from '../../kernel/containment/index.ts';
import { draftOf } from '../../kernel/containment/keywords.ts';
import { isObject } from '../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts';
import { boundedRegExp } from './bounded-regexp.ts';
import { isOrdinary } from './ordinary.ts';
import { plainSchema } from './plain-schema.ts';
import { readThoroughly } from './thorough/index.ts';

const COMPILED_AT_MOST = 64;
/** Steps of one document; ajv's own are not counted. */
const MOST_STEPS = 20_000;
/** Larger schemas take longer to compile than a few documents take to be read thoroughly. */
const WORTH_COMPILING = 150;
/** Schemas of old drafts with more objects in them take ajv too long to compile: a judge has no answer on them. */
const MOST_OBJECTS = 600;

const OPTIONS: Options = {
  strict: false,
  meta: false,
  validateSchema: false,
  ownProperties: true,
  logger: false,
  code: { regExp: boundedRegExp },
};

type Validate = ((document: JsonValue) => boolean) | undefined;

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
      try {
        return validate?.(document);
      } catch {
        return undefined;
      }
    },
  };
};

const compile = (schema: JsonValue, references: ReadonlyMap<string, JsonValue>): Validate => {
  if (!isObject(schema)) return undefined;
  try {
    return isModern(schema) ? modern(schema, references) : older(schema, references);
  } catch {
    return undefined;
  }
};

const modern = (schema: JsonObject, references: ReadonlyMap<string, JsonValue>): Validate => {
  const thorough = (): NonNullable<Validate> => {
    const problemsOf = readThoroughly(schema, references, MOST_STEPS);
    return (document) => problemsOf(document).length === 0;
  };
  if (!isOrdinary(schema, WORTH_COMPILING)) return thorough();
  const { $id: _, $schema: __, ...plain } = schema;
  const validate = withFormats(new Ajv2020(OPTIONS)).compile(plain);
  let instead: Validate;
  return (document) => {
    try {
      return validate(document) === true;
    } catch {
      // ajv 8.20 throws where a reference stands in `anyOf`.
      instead ??= thorough();
      return instead(document);
    }
  };
};

const older = (schema: JsonObject, references: ReadonlyMap<string, JsonValue>): Validate => {
  if (objectsIn([schema, ...references.values()]) > MOST_OBJECTS) return undefined;
  const ajv = withFormats(new Ajv(OPTIONS));
  for (const [uri, registered] of references) {
    const plain = plainSchema(registered);
    if (typeof plain === 'boolean' || isObject(plain)) ajv.addSchema(plain as object, uri);
  }
  const validate = ajv.compile(plainSchema(schema) as object);
  return (document) => validate(document) === true;
};

const withFormats = <T extends Ajv | Ajv2020>(ajv: T): T => {
  (formats.default as unknown as (to: unknown) => void)(ajv);
  return ajv;
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

const isModern = (schema: JsonObject): boolean => (draftOf(schema) ?? '2020-12') === '2020-12';
