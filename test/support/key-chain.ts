import { digestOfText } from '../../services/kernel/digest.ts';
import { type KeyRevocation, signKeyRevocation, signRollover } from '../../services/kernel/key-changes.ts';
import type { KeyPair } from '../../services/kernel/key-statements.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import type { EntityOf } from '../../services/kernel/registry.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  signerFromJwk,
} from '../../services/platform/crypto/index.ts';
import { civil, honest } from './registry-world.ts';

/** An agency whose keys never changed. */
export const held = honest.find((entity) => entity.kind === 'agency' && entity.id === civil.id) as EntityOf<'agency'>;
/** Keys that an agency may name next. */
export const newKeys = () => {
  const signer = signerFromJwk(generateSigningKey());
  const pair: KeyPair = { signing: signer.publicJwk, encryption: openerFromJwk(generateEncryptionKey()).publicJwk };
  return { signer, pair, kid: signer.thumbprint };
};
/** The same after one more rollover. */
export const rolled = async (
  from: EntityOf<'agency'>,
  by: Signer,
  as: 'recovery' | 'signing',
  pair: KeyPair,
  timeMs: number,
): Promise<EntityOf<'agency'>> => {
  const before = from.rollovers ?? [];
  const previous = digestOfText(before.at(-1) ?? from.keys);
  const said = { agency: civil.id, sequence: before.length + 1, previous, timeMs, ...pair };
  return { ...from, rollovers: [...before, await signRollover(by, as, said)] };
};
/** The same after one more revocation; of the first key unless told. */
export const revoked = async (
  from: EntityOf<'agency'>,
  sinceMs: number,
  by = civil.recovery,
  changes: Partial<KeyRevocation> = {},
): Promise<EntityOf<'agency'>> => {
  const said = { issuer: civil.id, agency: civil.id, key: civil.signer.thumbprint, sinceMs, ...changes };
  return { ...from, revocations: [...(from.revocations ?? []), await signKeyRevocation(by, said)] };
};
