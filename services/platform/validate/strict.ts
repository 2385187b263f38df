import { Ajv2020 } from 'ajv/dist/2020.js';
import * as formats from 'ajv-formats';
import { WaslError } from '../../kernel/codes.ts';
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts';
import { boundedRegExp } from './bounded-regexp.ts';
import { mustBeSchema } from './meta.ts';
import { isOrdinary, strangerIn } from './ordinary.ts';
import { type Problem, readThoroughly } from './thorough/index.ts';

/** What a document's schema says besides the standard. */
const KEYWORDS = ['x-title-ar', 'x-description-ar', 'x-values', 'x-subject-schemes'];
/** More than a document of the largest size takes. */
const MOST_STEPS = 10_000_000;

const ajv = new Ajv2020({
  strict: true,
  allErrors: true,
  ownProperties: true,
  allowUnionTypes: true,
  code: { regExp: boundedRegExp },
});
(formats.default as unknown as (to: Ajv2020) => void)(ajv);
for (const keyword of KEYWORDS) ajv.addKeyword({ keyword, valid: true });

type Read = (value: JsonValue) => readonly Problem[];

/** Reads a document's schema, in which everything must be known. Error: `config-invalid`. */
export const readStrictly = (schema: JsonObject): Read => {
  try {
    return isOrdinary(schema) ? compiled(schema) : thorough(schema);
  } catch (cause) {
    throw new WaslError('config-invalid', { what: 'a document schema does not compile' }, { cause });
  }
};

const compiled = (schema: JsonObject): Read => {
  const { $id: _, ...whole } = schema;
  const validate = ajv.compile(whole);
  // It keeps whatever it compiled, and at a registry anybody who provides documents has things compiled.
  ajv.removeSchema(whole);
  return (value) => {
    let good: boolean;
    try {
      good = validate(value);
    } catch {
      // ajv 8.20 throws where a reference stands in `anyOf`.
      return thorough(schema)(value);
    }
    if (good) return [];
    return (validate.errors ?? []).map(({ instancePath, keyword }) => ({ at: instancePath, keyword }));
  };
};

const thorough = (schema: JsonObject): Read => {
  const stranger = strangerIn(schema, KEYWORDS);
  if (stranger !== undefined) throw new WaslError('schema-invalid', { pointer: '/', what: stranger.slice(0, 100) });
  mustBeSchema(schema);
  const problemsOf = readThoroughly(schema, new Map(), MOST_STEPS);
  return (value) => {
    try {
      return problemsOf(value);
    } catch {
      // Steps or calls without end: nobody can say that the document is right.
      return [{ at: '', keyword: 'unending' }];
    }
  };
};
