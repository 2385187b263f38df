import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts';
import { boundedRegExp, type Matcher } from './bounded-regexp.ts';
import { readStrictly } from './strict.ts';
import type { Problem } from './thorough/index.ts';

export { makeJudge } from './judge.ts';

const COMPILED_AT_MOST = 200;

/** What a document type's schema is asked. */
export interface DocumentSchema {
  /** What is wrong with a whole document, as places in it; never values. */
  document(value: JsonObject): readonly string[];
  /** The same for some of its claims: nothing is missing, everything there is right. */
  disclosed(value: JsonObject): readonly string[];
  subject(scheme: string, value: string): 'good' | 'unknown-scheme' | 'invalid';
  /** `other` when the claims in which the schema has the subject stand are all there, and none of them holds it. */
  about(subject: { readonly scheme: string; readonly value: string }, claims: JsonObject): 'subject' | 'other';
}

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

/** Refuses for good what `compileSchema` would refuse to whoever reads the documents, or `subject` to whoever asks for one. Error: `config-invalid`. */
export const mustCompile = (schema: JsonObject): void => {
  compile(schema);
  const schemes = schema['x-subject-schemes'];
  for (const rule of isObject(schemes) ? Object.values(schemes) : []) {
    if (isObject(rule) && typeof rule.pattern === 'string') matcherOf(rule.pattern);
  }
};

const compile = (schema: JsonObject): DocumentSchema => {
  const { required: _, ...open } = schema;
  const [document, disclosed] = [readStrictly(schema), readStrictly(open)];
  const schemes = isObject(schema['x-subject-schemes']) ? schema['x-subject-schemes'] : {};
  const ruleOf = (scheme: string): JsonObject | undefined => {
    const rule = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
    return isObject(rule) ? rule : undefined;
  };
  const matchers = new Map<string, Matcher>();
  return {
    document: (value) => document(value).map(said),
    disclosed: (value) => disclosed(value).map(said),
    subject: (scheme, value) => {
      const pattern = ruleOf(scheme)?.pattern;
      if (typeof pattern !== 'string') return 'unknown-scheme';
      const matcher = matchers.get(pattern) ?? matcherOf(pattern);
      matchers.set(pattern, matcher);
      return matcher.test(value) ? 'good' : 'invalid';
    },
    about: ({ scheme, value }, claims) => {
      const said = ruleOf(scheme)?.claims;
      const names = Array.isArray(said) ? said.map(String) : [];
      const told = names.length > 0 && names.every((name) => Object.hasOwn(claims, name));
      return told && !names.some((name) => holds(claims[name] ?? null, value)) ? 'other' : 'subject';
    },
  };
};

/** Matches in time that grows with the text alone, whoever wrote the pattern and the text. Error: `config-invalid` for one that may not end, or is none. */
const matcherOf = (pattern: string): Matcher => {
  try {
    return boundedRegExp(pattern, 'u');
  } catch (cause) {
    throw new WaslError('config-invalid', { what: 'a pattern of a subject does not compile' }, { cause });
  }
};

/** Whether a claim's value is the text, or has it somewhere inside. */
const holds = (claim: JsonValue, text: string): boolean =>
  typeof claim === 'object' && claim !== null
    ? Object.values(claim).some((inner: JsonValue) => holds(inner, text))
    : claim === text;

const said = ({ at, keyword }: Problem): string => `${at || '/'} ${keyword}`;
