import { WaslError } from '../../kernel/codes.ts';
import type { Check, CompatibilityMode, SchemaSource } from '../../kernel/containment/index.ts';
import { type JsonValue, parseStrictJson } from '../../kernel/strict-json.ts';
import { ALL_SUBJECTS, LEVELS, type Level, levelOf, modeOf, type Version } from './subjects.ts';
import type { Candidate } from './subjects-candidate.ts';
import { mustBeUsable, sourceOf } from './subjects-references.ts';
import type { SubjectReads, SubjectStore } from './subjects-store.ts';

/** Compares a schema with older ones, the oldest first. MUST end within 1 s of each, and MUST NOT say `compatible` unless that is proven. */
export type CheckCompatibility = (of: {
  readonly older: readonly SchemaSource[];
  readonly next: SchemaSource;
  readonly mode: CompatibilityMode;
}) => Check;

/** Throws `schema-invalid` or `schema-draft-unknown` unless the schema follows its meta-schema. */
export type CheckSchema = (schema: JsonValue) => void;

export type Registration =
  | { readonly kind: 'registered'; readonly version: Version }
  | { readonly kind: 'refused'; readonly check: Check };

export interface Subjects {
  /** Makes the schema the subject's next version; the version that it is already, when the subject has it. */
  register(subject: string, candidate: Candidate): Promise<Registration>;
  /** Whether it could become the next version (`all`), or what one version says to it under the subject's level. */
  compare(subject: string, against: number | 'latest' | 'all', candidate: Candidate): Promise<Check>;
  /** The subject's version with this schema. Errors: `schema-subject-unknown`, `schema-unknown`. */
  lookup(subject: string, candidate: Candidate): Promise<Version>;
}

export interface SubjectParts {
  readonly store: SubjectStore;
  readonly checkCompatibility: CheckCompatibility;
  readonly checkSchema: CheckSchema;
}

/** The decisions on subjects. Every call may throw `store-unavailable`, and those that bring a schema what is wrong with it. */
export const makeSubjects = ({ store, checkCompatibility, checkSchema }: SubjectParts): Subjects => {
  const valid = async (reads: SubjectReads, { value, references }: Candidate): Promise<SchemaSource> => {
    checkSchema(value);
    const source = await sourceOf(reads, value, references);
    mustBeUsable(source);
    return source;
  };
  const judged = async (
    reads: SubjectReads,
    level: Level,
    versions: readonly Version[],
    next: SchemaSource,
  ): Promise<Check> => {
    const mode = LEVELS[level];
    const compared = level.endsWith('_TRANSITIVE') ? versions : versions.slice(-1);
    if (mode === 'none' || compared.length === 0) return { verdict: 'compatible', findings: [], steps: 0 };
    const older: SchemaSource[] = [];
    for (const { schema, references } of compared) {
      older.push(await sourceOf(reads, parseStrictJson(schema), references));
    }
    return checkCompatibility({ older, next, mode });
  };
  const settingsOf = async (reads: SubjectReads, subject: string) =>
    [await reads.settings(subject), await reads.settings(ALL_SUBJECTS)] as const;

  return {
    register: (subject, candidate) =>
      store.alone(subject, async (writer) => {
        const settings = await settingsOf(writer, subject);
        if (modeOf(...settings) !== 'READWRITE') throw new WaslError('schema-read-only', { subject });
        const held = await writer.find(subject, candidate.digest);
        if (held !== undefined) return { kind: 'registered', version: held };
        const source = await valid(writer, candidate);
        const versions = await writer.versions(subject);
        const check = await judged(writer, levelOf(...settings), versions, source);
        if (check.verdict !== 'compatible') return { kind: 'refused', check };
        const version = (versions.at(-1)?.version ?? 0) + 1;
        const { digest, text: schema, references, expected = version } = candidate;
        if (expected !== version) {
          throw new WaslError('schema-call-invalid', { what: `it says version ${expected}, and ${version} is next` });
        }
        return { kind: 'registered', version: await writer.add({ subject, version, digest, schema, references }) };
      }),
    compare: async (subject, against, candidate) => {
      const source = await valid(store, candidate);
      const level = levelOf(...(await settingsOf(store, subject)));
      if (against === 'all') return judged(store, level, await store.versions(subject), source);
      return judged(store, level, [await versionOf(store, subject, against)], source);
    },
    lookup: async (subject, candidate) => {
      const held = await store.find(subject, candidate.digest);
      if (held !== undefined) return held;
      await versionOf(store, subject, 'latest');
      throw new WaslError('schema-unknown', { what: `under ${subject}` });
    },
  };
};

/** Errors: `schema-subject-unknown`, `schema-version-unknown`. */
export const versionOf = async (reads: SubjectReads, subject: string, version: number | 'latest'): Promise<Version> => {
  const held = await reads.version(subject, version);
  if (held !== undefined) return held;
  if (version === 'latest' || (await reads.version(subject, 'latest')) === undefined) {
    throw new WaslError('schema-subject-unknown', { subject });
  }
  throw new WaslError('schema-version-unknown', { subject, version });
};
