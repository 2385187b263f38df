import { expect, test } from 'vitest';
import {
  civil,
  copyOf,
  health,
  honest,
  own,
  thief,
  transport,
  withEntities,
} from '../../test/support/registry-world.ts';
import { zlib } from '../platform/compress/index.ts';
import { generateEncryptionKey, generateSigningKey, openerFromJwk, signerFromJwk } from '../platform/crypto/index.ts';
import { digestOfText } from './digest.ts';
import { signRollover } from './key-changes.ts';
import { type Entity, type EntityOf, entityKey } from './registry.ts';
import { deflateStatusList, makeStatusList, signStatusToken, statusUri } from './status-list.ts';

const listOf = async (
  { id: provider, signer }: Pick<typeof civil, 'id' | 'signer'>,
  at: number,
  issuedAt = 1,
): Promise<Entity> => {
  const list = String(at).padStart(16, '0');
  const lst = deflateStatusList(zlib, makeStatusList([at]));
  const token = { uri: statusUri({ provider, list }), issuedAt, expiresAt: issuedAt + 1, bits: 1, lst } as const;
  return { kind: 'status-list', id: `${provider}/${list}`, provider, token: await signStatusToken(signer, token, 1) };
};
const byAll = withEntities(await listOf(civil, 1), await listOf(transport, 2), await listOf(health, 3));
const uris = ({ statusLists }: Awaited<ReturnType<typeof copyOf>>): string[] =>
  statusLists.map(({ uri }) => uri).sort();

test('an agency is sent its own status lists and those of its providers, and no other’s', async () => {
  const whole = await copyOf(byAll);
  const sentTo = (agency: string): unknown[] =>
    whole.relevantTo(agency).flatMap(({ kind, provider }) => (kind === 'status-list' ? [provider] : []));
  expect(sentTo('transport').sort()).toEqual(['civil-status', 'transport']);
  expect(sentTo('civil-status')).toEqual(['civil-status']);
  expect(sentTo('education')).toEqual([]);
  expect(whole.statusLists).toEqual([]);
  expect(uris(await copyOf(byAll, own(transport)))).toEqual([
    'wasl://civil-status/status/0000000000000001',
    'wasl://transport/status/0000000000000002',
  ]);
});

test('a former key signs no list of a later time, whoever publishes it; those of its own time stand', async () => {
  const next = signerFromJwk(generateSigningKey());
  const held = honest.find((entity) => entityKey(entity) === `agency/${civil.id}`) as EntityOf<'agency'>;
  const rollover = await signRollover(civil.recovery, 'recovery', {
    agency: civil.id,
    sequence: 1,
    previous: digestOfText(held.keys),
    signing: next.publicJwk,
    encryption: openerFromJwk(generateEncryptionKey()).publicJwk,
    timeMs: 10_000_000,
  });
  const rotated = { ...held, rollovers: [rollover] };
  const lists = [await listOf(civil, 1), await listOf(civil, 2, 10_001), await listOf(civil, 3, 20_000)];
  const copy = await copyOf(withEntities(rotated, ...lists), own(transport));
  expect(uris(copy)).toEqual([
    'wasl://civil-status/status/0000000000000001',
    'wasl://civil-status/status/0000000000000002',
  ]);
  expect(copy.problems).toEqual([{ what: 'status-list/civil-status/0000000000000003', code: 'unknown-key' }]);
});

test('whoever stole the registry’s key makes no status list, and breaks nothing else by trying', async () => {
  const invented = await listOf({ id: civil.id, signer: thief.signing }, 4);
  const moved = { ...(await listOf(civil, 5)), id: 'civil-status/0000000000000006' } as Entity;
  const copy = await copyOf(withEntities(await listOf(civil, 1), invented, moved), own(transport));
  expect(uris(copy)).toEqual(['wasl://civil-status/status/0000000000000001']);
  expect(copy.problems).toEqual([
    { what: 'status-list/civil-status/0000000000000004', code: 'unknown-key' },
    { what: 'status-list/civil-status/0000000000000006', code: 'status-list-invalid' },
  ]);
  expect((await copy.agreements()).length).toBe((await (await copyOf(honest, own(transport))).agreements()).length);
});
