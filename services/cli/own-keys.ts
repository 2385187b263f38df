import { loadKeyring, type OwnKeys } from '../../adapters/kit/keyring.ts';
import { WaslError } from '../kernel/codes.ts';
import { type KeyHistory, keysAt, verifyKeyHistory } from '../kernel/key-history.ts';
import type { Thumbprint } from '../kernel/keys.ts';
import type { Entity } from '../kernel/registry.ts';
import { primitives } from '../platform/crypto/index.ts';
import { readPins } from '../platform/identity/index.ts';
import { agencyIn } from './shown.ts';

/** All keys that an agency ever had, verified. */
export const historyIn = (entities: readonly Entity[], id: string, authority: Thumbprint): Promise<KeyHistory> =>
  verifyKeyHistory(primitives, agencyIn(entities, id), authority);

/** The keys of the identity's folder that count now, by what the registry showed. Errors: `no-identity`, `own-key-missing`, `pin-mismatch`, `agency-keyless`. */
export const presentKeysOf = async (folder: string, entities: readonly Entity[]): Promise<OwnKeys> => {
  const { agency: id, authority, recovery } = await readPins(folder);
  if (id === undefined) throw new WaslError('bad-usage', { what: `${folder} is no agency's identity` });
  const history = await historyIn(entities, id, authority);
  if (history.recovery !== recovery) throw new WaslError('pin-mismatch');
  const named = keysAt(history, Date.now());
  if (named.revokedSinceMs !== undefined) throw new WaslError('agency-keyless', { agency: id });
  const ring = await loadKeyring(folder, id);
  await ring.follow(named);
  return ring.present();
};
