import { WaslError } from './codes.ts';
import type { StandingAgreement } from './decide.ts';
import { followsHistory, type KeyHistory } from './key-history.ts';
import type { Primitives } from './keys.ts';
import { rememberLately } from './remember.ts';

/** What one reader has seen and does not forget while it runs, whatever a later state leaves out. */
export interface CopyMemory {
  /** They remember the last good signatures. */
  readonly primitives: Primitives;
  readonly agreements: Map<string, StandingAgreement>;
  /** From when on an officer's key counts for nothing, by the record's key. */
  readonly revoked: Map<string, number>;
  /** Of each agency's keys, by its id. */
  readonly keys: Map<string, Pick<KeyHistory, 'rollovers' | 'revoked'>>;
}

const REMEMBERED_SIGNATURES = 50_000;

export const newCopyMemory = (primitives: Primitives): CopyMemory => ({
  primitives: rememberLately(primitives, REMEMBERED_SIGNATURES),
  agreements: new Map(),
  revoked: new Map(),
  keys: new Map(),
});

/** Holds an agency's keys to what was seen of them. Error: `registry-rollback`. */
export const rememberKeys = (memory: CopyMemory, history: KeyHistory): void => {
  const seen = memory.keys.get(history.agency);
  if (seen !== undefined && !followsHistory(history, seen)) throw new WaslError('registry-rollback');
  memory.keys.set(history.agency, history);
};
