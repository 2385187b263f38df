import { expect, test } from 'vitest';
import { civil, honest, thief, transport } from '../../../test/support/registry-world.ts';
import { digestOfText } from '../../kernel/digest.ts';
import { signKeyRevocation, signRollover } from '../../kernel/key-changes.ts';
import type { KeyPair } from '../../kernel/key-statements.ts';
import type { Signer, Thumbprint } from '../../kernel/keys.ts';
import { type EntityOf, entityKey } from '../../kernel/registry.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../../platform/crypto/index.ts';
import { checkKeys } from './keys.ts';

const NOW = 1_000_000_000;
const held = honest.find((entity) => entity.kind === 'agency' && entity.id === civil.id) as EntityOf<'agency'>;
const encryption = () => openerFromJwk(generateEncryptionKey()).publicJwk;
const pairOf = (signing = signerFromJwk(generateSigningKey()).publicJwk): KeyPair => ({
  signing,
  encryption: encryption(),
});

const rolled = async (
  from: EntityOf<'agency'>,
  pair: KeyPair = pairOf(),
  by: Signer = civil.recovery,
  timeMs = NOW,
): Promise<EntityOf<'agency'>> => {
  const before = from.rollovers ?? [];
  const said = { agency: civil.id, sequence: before.length + 1, previous: digestOfText(before.at(-1) ?? from.keys) };
  const as = by === civil.recovery ? 'recovery' : 'signing';
  return { ...from, rollovers: [...before, await signRollover(by, as, { ...said, ...pair, timeMs })] };
};
const revoked = async (
  from: EntityOf<'agency'>,
  key: Thumbprint,
  sinceMs = NOW,
  by = civil.recovery,
): Promise<EntityOf<'agency'>> => {
  const said = { issuer: civil.id, agency: civil.id, key, sinceMs };
  return { ...from, revocations: [...(from.revocations ?? []), await signKeyRevocation(by, said)] };
};
const codeOf = (next: EntityOf<'agency'>, before = held): Promise<string> => {
  const standing = new Map([...honest, before].map((entity) => [entityKey(entity), entity]));
  return checkKeys(primitives, standing, next, NOW).then(
    () => 'taken',
    (error) => error.code,
  );
};
const waiting = await rolled(held, pairOf(), civil.signer);
const taken = await revoked(held, civil.signer.thumbprint);

test('keys go on from what stands', async () => {
  expect(await codeOf(held)).toBe('taken');
  expect(await codeOf(await rolled(held))).toBe('taken');
  expect(await codeOf(waiting)).toBe('taken');
  expect(await codeOf(taken)).toBe('taken');
  expect(await codeOf(await revoked(taken, civil.signer.thumbprint, NOW - 1), taken)).toBe('taken');
  expect(await codeOf(await rolled(taken), taken)).toBe('taken');
  const present: KeyPair = { signing: civil.signer.publicJwk, encryption: civil.opener.publicJwk };
  expect(await codeOf(await rolled(waiting, present), waiting)).toBe('taken');
});

test.each<[string, string, () => Promise<EntityOf<'agency'>>, EntityOf<'agency'>?]>([
  ['leaves a rollover out', 'entity-outdated', async () => held, waiting],
  ['leaves a revocation out', 'entity-outdated', async () => held, taken],
  [
    'says a revocation again',
    'entity-outdated',
    async () => ({ ...taken, revocations: [...(taken.revocations ?? []), ...(taken.revocations ?? [])] }),
    taken,
  ],
  ['revokes later what is revoked', 'entity-outdated', () => revoked(taken, civil.signer.thumbprint, NOW + 1), taken],
  ['is dated before now', 'key-statement-untimely', () => rolled(held, pairOf(), civil.recovery, NOW - 400_000)],
  ['is dated after now', 'key-statement-untimely', () => rolled(held, pairOf(), civil.recovery, NOW + 400_000)],
  ['is by the present key while keys wait', 'rollover-waits', () => rolled(waiting, pairOf(), civil.signer), waiting],
  ['is by a revoked key', 'unknown-key', () => rolled(taken, pairOf(), civil.signer), taken],
  ['names the recovery key', 'key-used-before', () => rolled(held, pairOf(civil.recovery.publicJwk))],
  ['names another agency’s key', 'key-used-before', () => rolled(held, pairOf(transport.signer.publicJwk))],
  [
    'names a former encryption key',
    'key-used-before',
    () => rolled(held, { ...pairOf(), encryption: civil.opener.publicJwk }),
  ],
  ['is by a stranger', 'signature-invalid', () => rolled(held, pairOf(), thief.signing)],
  ['revokes a key that it never had', 'unknown-key', () => revoked(held, transport.signer.thumbprint)],
  [
    'revokes from some later day on',
    'key-statement-untimely',
    () => revoked(held, civil.signer.thumbprint, NOW + 400_000),
  ],
  ['revokes by the signing key', 'pin-mismatch', () => revoked(held, civil.signer.thumbprint, NOW, civil.signer)],
])('a statement that %s is refused: %s', async (_, code, make, before) => {
  expect(await codeOf(await make(), before)).toBe(code);
});
