import type { Digest } from '../../kernel/digest.ts';
import type { Reference, StoredSchema, SubjectSettings, Version } from './subjects.ts';

/** What stands in the registry of schemas. Names and numbers that there are not give nothing, and are no errors. */
export interface SubjectReads {
  /** In the order of their names. */
  subjects(prefix: string): Promise<readonly string[]>;
  /** Of one subject, the oldest first. */
  versions(subject: string): Promise<readonly Version[]>;
  version(subject: string, version: number | 'latest'): Promise<Version | undefined>;
  schema(id: number): Promise<StoredSchema | undefined>;
  /** The versions that have this schema, in the order of their subjects. */
  uses(id: number): Promise<readonly { readonly subject: string; readonly version: number }[]>;
  /** Every version of the subjects with this prefix, or the latest of each, in the order of subject and version. */
  all(
    prefix: string,
    only: 'all' | 'latest',
    page: { readonly offset: number; readonly limit: number },
  ): Promise<readonly Version[]>;
  /** Ids of the schemas that refer to this version. */
  referencedBy(subject: string, version: number): Promise<readonly number[]>;
  settings(subject: string): Promise<SubjectSettings>;
}

/** What is to become a version. */
export interface NewVersion {
  readonly subject: string;
  readonly version: number;
  /** Of the canonical schema and its references: equal digests are one schema. */
  readonly digest: Digest;
  readonly schema: string;
  readonly references: readonly Reference[];
}

export interface SubjectWriter extends SubjectReads {
  /** Adds a version; a schema that stands under another subject keeps its id, a new one gets an id that no schema ever had. */
  add(version: NewVersion): Promise<Version>;
  /** The subject's version with this digest. */
  find(subject: string, digest: Digest): Promise<Version | undefined>;
}

/** Nothing that was added is ever changed or removed. Every call may throw `store-unavailable`. */
export interface SubjectStore extends SubjectReads {
  find: SubjectWriter['find'];
  /**
   * Runs `work` alone among all processes that add to this subject. What it adds is durable once this resolves; when `work` or this rejects,
   * nothing was added.
   */
  alone<T>(subject: string, work: (writer: SubjectWriter) => Promise<T>): Promise<T>;
  /** Sets what `settings` gives for the subject; `null` takes it away. */
  set(subject: string, settings: { readonly [K in keyof SubjectSettings]: SubjectSettings[K] | null }): Promise<void>;
}
