import { WaslError } from '../../kernel/codes.ts';

/** A registered schema that another one refers to, under the name that its `$ref` says. */
export interface Reference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema as it stands in the registry: its text as it was first registered. */
export interface StoredSchema {
  readonly id: number;
  readonly schema: string;
  readonly references: readonly Reference[];
}

/** One version of a subject. */
export interface Version extends StoredSchema {
  readonly subject: string;
  readonly version: number;
}

/** The levels by their names in the API, and what each compares. */
export const LEVELS = {
  NONE: 'none',
  BACKWARD: 'backward',
  BACKWARD_TRANSITIVE: 'backward-transitive',
  FORWARD: 'forward',
  FORWARD_TRANSITIVE: 'forward-transitive',
  FULL: 'full',
  FULL_TRANSITIVE: 'full-transitive',
} as const;
export type Level = keyof typeof LEVELS;

/** What is written under a frozen version stays readable with every later one, however long it lies on a topic. */
export const DEFAULT_LEVEL: Level = 'BACKWARD_TRANSITIVE';

const MODES = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE'] as const;
export type Mode = (typeof MODES)[number];
export const DEFAULT_MODE: Mode = 'READWRITE';

/** What was set for one subject, or for all of them. */
export interface SubjectSettings {
  readonly compatibility?: Level;
  readonly mode?: Mode;
}

/** The name under which settings for all subjects stand; no subject has it. */
export const ALL_SUBJECTS = '';
const LARGEST_VERSION = 2 ** 31 - 1;
// A colon and a dot begin a context, a second registry inside the first, which there is none of.
const SUBJECT = /^(?!:\.)[^\p{Cc}]{1,255}$/u;

/** A subject's name. Errors: `schema-subject-invalid`. */
export const parseSubject = (text: string): string => {
  if (!SUBJECT.test(text) || !text.isWellFormed()) throw new WaslError('schema-subject-invalid');
  return text;
};

/** A version as a call names it; -1 stands for the latest too. Errors: `schema-version-invalid`. */
export const parseVersion = (text: string): number | 'latest' => {
  if (text === 'latest' || text === '-1') return 'latest';
  const version = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (version < 1 || version > LARGEST_VERSION) {
    throw new WaslError('schema-version-invalid', { version: text.slice(0, 20) });
  }
  return version;
};

/** A schema's id; undefined for what can be none. */
export const parseSchemaId = (text: string): number | undefined => {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return id > 0 && id <= LARGEST_VERSION ? id : undefined;
};

/** Errors: `schema-level-invalid`. */
export const parseLevel = (value: unknown): Level => {
  const name = typeof value === 'string' ? value.toUpperCase() : '';
  if (!Object.hasOwn(LEVELS, name)) {
    throw new WaslError('schema-level-invalid', { levels: Object.keys(LEVELS).join(', ') });
  }
  return name as Level;
};

/** Errors: `schema-mode-invalid`; `schema-not-imported` for the modes under which ids come from elsewhere. */
export const parseMode = (value: unknown): Mode => {
  const name = typeof value === 'string' ? value.toUpperCase() : '';
  if (name === 'IMPORT' || name === 'FORWARD') throw new WaslError('schema-not-imported');
  const mode = MODES.find((known) => known === name);
  if (mode === undefined) throw new WaslError('schema-mode-invalid', { modes: MODES.join(', ') });
  return mode;
};

/** The level that counts for a subject. */
export const levelOf = (own: SubjectSettings, all: SubjectSettings): Level =>
  own.compatibility ?? all.compatibility ?? DEFAULT_LEVEL;

/** The mode that counts for a subject: what overrides stands for all of them. */
export const modeOf = (own: SubjectSettings, all: SubjectSettings): Mode =>
  all.mode === 'READONLY_OVERRIDE' ? all.mode : (own.mode ?? all.mode ?? DEFAULT_MODE);
