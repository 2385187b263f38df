import type { Bilingual } from './agreement.ts';
import { WaslError } from './codes.ts';
import type { AgencyId } from './ids.ts';
import { readJws } from './jws.ts';
import { cleanSinceMs, everKey, type KeyHistory, keptKey, keysAt, liveKeys, type StoppingKey } from './key-history.ts';
import type { KeyPair } from './key-statements.ts';
import type { EcPublicJwk, Primitives, Thumbprint } from './keys.ts';
import type { AgencyStatus } from './registry.ts';
import type { JsonObject } from './strict-json.ts';

/** An agency as its record says, whatever the time. */
export interface HeldAgency {
  readonly id: AgencyId;
  readonly name: Bilingual;
  readonly status: AgencyStatus;
  readonly history: KeyHistory;
}

/** An agency as it stands at the time of a copy. */
export interface AgencyView extends Omit<HeldAgency, 'status'> {
  /** `keyless`: its present signing key was revoked, and its recovery key has named no other yet. */
  readonly status: AgencyStatus | 'keyless';
  /** The present ones, and the thumbprint of the recovery key. */
  readonly keys: KeyPair & { readonly recovery: Thumbprint };
  /** Certificates for TLS that were issued before count no more: see `cleanSinceMs`. */
  readonly cleanSinceMs: number;
  /** The keys whose signing key this is, if what it signs now counts: the present ones, those just before, and those about to be. */
  live(kid: Thumbprint): KeyPair | undefined;
  /** The signing key of that thumbprint, present or former, unless it was revoked. */
  kept(kid: Thumbprint): EcPublicJwk | undefined;
  /** The same, revoked or not. */
  ever(kid: Thumbprint): StoppingKey | undefined;
}

/** Whose keys never changed is the same at any time. */
const unchanged = new WeakMap<HeldAgency, AgencyView>();

export const agencyAt = (held: HeldAgency, timeMs: number): AgencyView => {
  const known = unchanged.get(held);
  if (known !== undefined) return known;
  const { history, status, ...agency } = held;
  const { signing, encryption, revokedSinceMs } = keysAt(history, timeMs);
  const view: AgencyView = {
    ...agency,
    history,
    status: status !== 'revoked' && revokedSinceMs !== undefined ? 'keyless' : status,
    keys: { signing, encryption, recovery: history.recovery },
    cleanSinceMs: cleanSinceMs(history, timeMs),
    live: (kid) => liveKeys(history, kid, timeMs),
    kept: (kid) => keptKey(history, kid, timeMs),
    ever: (kid) => everKey(history, kid),
  };
  if (history.periods.length === 1) unchanged.set(held, view);
  return view;
};

/** Verifies what an agency signs now. Errors: `unknown-key`, `signature-invalid`, `malformed-message`, `wrong-type`. */
export const verifyOf = async (
  primitives: Primitives,
  agency: AgencyView,
  jws: string,
  typ: string,
): Promise<JsonObject> => {
  const read = readJws(jws, typ);
  const keys = agency.live(read.kid);
  if (keys === undefined) throw new WaslError('unknown-key', { agency: agency.id });
  return read.verify(primitives, keys.signing);
};
