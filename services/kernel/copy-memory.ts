import { WaslError } from './codes.ts';
import type { StandingAgreement } from './decide.ts';
import { followsHistory, type KeyHistory } from './key-history.ts';
import type { Primitives, Thumbprint } from './keys.ts';
import { rememberLately } from './remember.ts';

/** What one reader has seen and does not forget while it runs, whatever a later state leaves out. */
export interface CopyMemory {
  /** They remember the last good signatures. */
  readonly primitives: Primitives;
  readonly agreements: Map<string, StandingAgreement>;
  /** From when on an officer's key counts for nothing, by whose key that was said; by the record's key and what stands behind the issuer. */
  readonly revoked: Map<string, ReadonlyMap<Thumbprint, number>>;
  /** Of each agency's keys, by its id and its recovery key: what somebody else showed under its name is not its own. */
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
  const name = `${history.agency} ${history.recovery}`;
  const seen = memory.keys.get(name);
  if (seen !== undefined && !followsHistory(history, seen)) throw new WaslError('registry-rollback');
  memory.keys.set(name, history);
};
