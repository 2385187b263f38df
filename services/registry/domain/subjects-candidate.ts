import { utf8 } from '../../kernel/bytes.ts';
import { canonicalJson } from '../../kernel/canonical.ts';
import { WaslError } from '../../kernel/codes.ts';
import { readSchemaText } from '../../kernel/containment/index.ts';
import { type Digest, digestOfText } from '../../kernel/digest.ts';
import { isObject } from '../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts';
import type { Reference } from './subjects.ts';

/** A schema as a call brings it. */
export interface Candidate {
  readonly text: string;
  readonly value: JsonValue;
  readonly references: readonly Reference[];
  /** Of the canonical schema and its references, whatever the order of names and the white space. */
  readonly digest: Digest;
  /** The version that the caller expects it to become, where it says so. */
  readonly expected?: number;
}

const MAX_REFERENCES = 100;
const NAME_LENGTH = 1024;

const invalid = (what: string): WaslError => new WaslError('schema-call-invalid', { what });

/**
 * Reads the body of a call that brings a schema. Errors: `schema-type-unsupported` (also without a type, which means AVRO there),
 * `schema-call-invalid`, `schema-not-imported`, and those of `candidateOf`.
 */
export const readCandidate = (body: JsonValue | undefined): Candidate => {
  if (!isObject(body)) throw invalid('the body is no JSON object');
  const type = own(body, 'schemaType') ?? 'AVRO';
  if (type !== 'JSON') throw new WaslError('schema-type-unsupported', { type: String(type).slice(0, 20) });
  if (own(body, 'id') !== undefined && own(body, 'id') !== -1) throw new WaslError('schema-not-imported');
  for (const name of ['metadata', 'ruleSet']) {
    if (own(body, name) !== undefined) throw invalid(`${name} is not kept here`);
  }
  const text = own(body, 'schema');
  if (typeof text !== 'string') throw invalid('the member schema is no text');
  const references = readReferences(own(body, 'references') ?? []);
  const expected = own(body, 'version');
  const candidate = candidateOf(text, references);
  return typeof expected === 'number' && expected > 0 ? { ...candidate, expected } : candidate;
};

/**
 * A schema's text with its references. Errors: `schema-too-large`, `schema-too-deep`, `schema-not-json`, `schema-invalid`.
 */
export const candidateOf = (text: string, references: readonly Reference[] = []): Candidate => {
  const value = read(text);
  const sorted = [...references].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    text,
    value,
    references,
    digest: digestOfText(canonicalOf({ schema: value, references: sorted.map(json) })),
  };
};

const read = (text: string): JsonValue => {
  try {
    return readSchemaText(utf8(text));
  } catch (cause) {
    if (!(cause instanceof WaslError) || cause.code !== 'duplicate-json-name') throw cause;
    throw new WaslError('schema-invalid', { pointer: '/', what: 'it gives one name twice' }, { cause });
  }
};

const json = ({ name, subject, version }: Reference): JsonObject => ({ name, subject, version });

/** Numbers beyond what JSON readers agree on have no canonical form. */
const canonicalOf = (value: JsonObject): string => {
  try {
    return canonicalJson(value);
  } catch (cause) {
    throw new WaslError('schema-not-json', {}, { cause });
  }
};

const readReferences = (value: JsonValue): readonly Reference[] => {
  if (!Array.isArray(value) || value.length > MAX_REFERENCES) {
    throw invalid(`references is no list of at most ${MAX_REFERENCES}`);
  }
  const references = value.map((item: JsonValue): Reference => {
    const { name, subject, version } = isObject(item) ? item : {};
    const named = typeof name === 'string' && name !== '' && name.length <= NAME_LENGTH && typeof subject === 'string';
    if (!named || typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
      throw invalid('a reference has a name, a subject and a version');
    }
    return { name, subject, version };
  });
  if (new Set(references.map(({ name }) => name)).size < references.length) throw invalid('a reference is named twice');
  return references;
};

/** A member that was given; null is as good as absent. */
const own = (object: JsonObject, name: string): JsonValue | undefined =>
  Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
