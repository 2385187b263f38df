import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import * as formats from 'ajv-formats';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';

const KEYWORDS = ['x-title-ar', 'x-description-ar', 'x-values', 'x-subject-schemes'];
const COMPILED_AT_MOST = 200;

/** What a document type's schema is asked. */
export interface DocumentSchema {
  /** What is wrong with a whole document, as places in it; never values. */
  document(value: JsonObject): readonly string[];
  /** The same for some of its claims: nothing is missing, everything there is right. */
  disclosed(value: JsonObject): readonly string[];
  subject(scheme: string, value: string): 'good' | 'unknown-scheme' | 'invalid';
}

const ajv = new Ajv2020({ strict: true, allErrors: true, ownProperties: true, allowUnionTypes: true });
(formats.default as unknown as (to: Ajv2020) => void)(ajv);
for (const keyword of KEYWORDS) ajv.addKeyword({ keyword, valid: true });

const compiled = new Map<string, DocumentSchema>();

/** Compiles a schema once; `digest` is its name. A schema that cannot be compiled is `config-invalid`. */
export const compileSchema = (digest: string, schema: JsonObject): DocumentSchema => {
  const held = compiled.get(digest);
  if (held !== undefined) return held;
  const made = compile(schema);
  for (const oldest of compiled.keys()) {
    if (compiled.size < COMPILED_AT_MOST) break;
    compiled.delete(oldest);
  }
  compiled.set(digest, made);
  return made;
};

const compile = (schema: JsonObject): DocumentSchema => {
  const { $id: _, required: __, ...open } = schema;
  const { $id: ___, ...whole } = schema;
  let document: ValidateFunction;
  let disclosed: ValidateFunction;
  try {
    document = ajv.compile(whole);
    disclosed = ajv.compile(open);
  } catch (cause) {
    throw new WaslError('config-invalid', { what: 'a document schema does not compile' }, { cause });
  }
  const schemes = isObject(schema['x-subject-schemes']) ? schema['x-subject-schemes'] : {};
  return {
    document: (value) => problemsOf(document, value),
    disclosed: (value) => problemsOf(disclosed, value),
    subject: (scheme, value) => {
      const rule = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
      if (!isObject(rule) || typeof rule.pattern !== 'string') return 'unknown-scheme';
      return new RegExp(rule.pattern, 'u').test(value) ? 'good' : 'invalid';
    },
  };
};

const problemsOf = (validate: ValidateFunction, value: JsonObject): readonly string[] =>
  validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath || '/'} ${keyword}`);
