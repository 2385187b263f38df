import { WaslError } from '../../kernel/codes.ts';
import { ALL_SUBJECTS, DEFAULT_LEVEL, DEFAULT_MODE, type Level, type Mode, modeOf } from './subjects.ts';
import type { SubjectStore } from './subjects-store.ts';

/** What is set for a subject, or for all of them under `ALL_SUBJECTS`. Every call may throw `store-unavailable`. */
export interface LevelsAndModes {
  /** Its own; with `orAll`, the one that counts. Errors: `schema-level-not-set`. */
  level(subject: string, orAll: boolean): Promise<Level>;
  /** Errors: `schema-read-only`. */
  setLevel(subject: string, level: Level): Promise<void>;
  /** Gives what was set. Errors: `schema-level-not-set`, `schema-read-only`. */
  clearLevel(subject: string): Promise<Level>;
  /** Errors: `schema-mode-not-set`. */
  mode(subject: string, orAll: boolean): Promise<Mode>;
  setMode(subject: string, mode: Mode): Promise<void>;
  /** Gives what was set. Errors: `schema-mode-not-set`. */
  clearMode(subject: string): Promise<Mode>;
}

export const makeLevelsAndModes = (store: SubjectStore): LevelsAndModes => {
  const all = () => store.settings(ALL_SUBJECTS);
  const level = async (subject: string, orAll: boolean): Promise<Level> => {
    const { compatibility } = await store.settings(subject);
    if (compatibility !== undefined) return compatibility;
    if (orAll || subject === ALL_SUBJECTS) return (await all()).compatibility ?? DEFAULT_LEVEL;
    throw new WaslError('schema-level-not-set', { subject });
  };
  const mode = async (subject: string, orAll: boolean): Promise<Mode> => {
    const own = await store.settings(subject);
    if (orAll) return modeOf(own, await all());
    if (own.mode !== undefined) return own.mode;
    if (subject === ALL_SUBJECTS) return DEFAULT_MODE;
    throw new WaslError('schema-mode-not-set', { subject });
  };
  const mustTakeNew = async (subject: string): Promise<void> => {
    if (modeOf(await store.settings(subject), await all()) !== 'READWRITE') {
      throw new WaslError('schema-read-only', { subject });
    }
  };
  return {
    level,
    setLevel: async (subject, to) => {
      await mustTakeNew(subject);
      await store.set(subject, { compatibility: to });
    },
    clearLevel: async (subject) => {
      await mustTakeNew(subject);
      const held = await level(subject, false);
      await store.set(subject, { compatibility: null });
      return held;
    },
    mode,
    setMode: (subject, to) => store.set(subject, { mode: to }),
    clearMode: async (subject) => {
      const held = await mode(subject, false);
      await store.set(subject, { mode: null });
      return held;
    },
  };
};
