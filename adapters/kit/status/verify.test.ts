import { beforeAll, describe, expect, test } from 'vitest';
import { latin1 } from '../../../services/kernel/bytes.ts';
import type { RegistryCopy } from '../../../services/kernel/copy.ts';
import { issueSdJwt } from '../../../services/kernel/sdjwt.ts';
import {
  deflateStatusList,
  makeStatusList,
  type StatusToken,
  statusClaim,
} from '../../../services/kernel/status-list.ts';
import type { JsonObject } from '../../../services/kernel/strict-json.ts';
import { zlib } from '../../../services/platform/compress/index.ts';
import { primitives } from '../../../services/platform/crypto/index.ts';
import { silentLogger } from '../../../services/platform/log/index.ts';
import { civil, copyOf, health, honest, own, thief, transport } from '../../../test/support/registry-world.ts';
import { holdLists } from './held.ts';
import { verifyDocument } from './verify.ts';

const NOW_S = 1_000_000;
const uri = 'wasl://civil-status/status/0011223344556677';
let copy: RegistryCopy;
beforeAll(async () => {
  copy = await copyOf(honest, own(transport));
});

const listOf = (revoked: readonly number[], change: Partial<StatusToken> = {}): StatusToken => ({
  uri,
  issuedAt: NOW_S - 100,
  expiresAt: NOW_S + 100,
  bits: 1,
  lst: deflateStatusList(zlib, makeStatusList(revoked)),
  ...change,
});
const credential = async (always: JsonObject = {}, by = civil.signer): Promise<string> =>
  latin1(
    await issueSdJwt(by, primitives, {
      always: {
        iss: civil.id,
        aud: transport.id,
        iat: NOW_S - 1,
        exp: NOW_S + 1,
        request: 'sha-256:none',
        status: statusClaim({ uri, index: 7 }),
        ...always,
      },
      disclosable: { fullName: 'Nobody' },
    }),
  );
/** The verdict of an agency that was brought these lists, one after the other. */
const verify = async (text: string, lists: readonly StatusToken[], agency = transport.id, nowS = NOW_S) => {
  const held = holdLists(silentLogger);
  for (const list of lists) held.take({ statusLists: [list] });
  return verifyDocument(
    { primitives, identity: { agency }, copy, lists: held, answeredAt: async () => undefined, now: () => nowS * 1000 },
    text,
  );
};

describe('a document', () => {
  test('is valid, or revoked, by a good list', async () => {
    const asOf = new Date((NOW_S - 100) * 1000).toISOString();
    const text = await credential();
    const valid = await verify(text, [listOf([6, 8])]);
    expect(valid).toMatchObject({ status: 'valid', asOf, issuer: civil.id, document: { fullName: 'Nobody' } });
    expect(valid.reason).toBeUndefined();
    expect(await verify(text, [listOf([7])])).toMatchObject({
      status: 'revoked',
      reason: { code: 'document-revoked' },
    });
  });

  test('is of unknown status without a list, by one that has expired, and when it names none', async () => {
    const missing = { status: 'unknown', asOf: null, reason: { code: 'status-list-missing' } };
    expect(await verify(await credential(), [])).toMatchObject(missing);
    const stale = listOf([], { expiresAt: NOW_S });
    expect(await verify(await credential(), [stale])).toMatchObject({
      status: 'unknown',
      reason: { code: 'status-list-stale' },
    });
    const none = { iss: civil.id, aud: transport.id, iat: NOW_S, exp: NOW_S + 1, request: 'sha-256:none' };
    const bare = await issueSdJwt(civil.signer, primitives, { always: none, disclosable: {} });
    expect(await verify(latin1(bare), [listOf([])])).toMatchObject(missing);
  });

  test('that was revoked stays so by a list that has expired', async () => {
    expect(await verify(await credential(), [listOf([7], { expiresAt: NOW_S })])).toMatchObject({ status: 'revoked' });
  });

  test('is of unknown status by a list that nobody can inflate', async () => {
    const broken = listOf([], { lst: 'AAAA' });
    expect(await verify(await credential(), [broken])).toMatchObject({
      status: 'unknown',
      reason: { code: 'status-list-invalid' },
    });
  });

  test('is revoked for whoever has seen the newer list, also when an older one is brought again', async () => {
    const older = listOf([], { issuedAt: NOW_S - 200 });
    const other = listOf([], { issuedAt: NOW_S - 100 });
    const lists = [older, listOf([7]), older, other];
    expect(await verify(await credential(), lists)).toMatchObject({ status: 'revoked' });
  });

  test.each([
    [
      'names another provider’s list',
      'credential-invalid',
      { status: statusClaim({ uri: uri.replace('civil-status', 'health'), index: 7 }) },
    ],
    [
      'names a list elsewhere',
      'credential-invalid',
      { status: statusClaim({ uri: 'https://civil-status.example/1', index: 7 }) },
    ],
    [
      'names a place that its list does not have',
      'status-index-unknown',
      { status: statusClaim({ uri, index: 2 ** 20 }) },
    ],
    ['has a status of another form', 'credential-invalid', { status: { status_list: { idx: -1, uri } } }],
    ['has expired', 'document-expired', { exp: NOW_S }],
    ['says that it is of an agency that we do not know', 'unknown-agency', { iss: health.id }],
    ['was delivered to another agency', 'document-not-yours', { aud: health.id }],
    ['was delivered to nobody', 'credential-invalid', { aud: 7 }],
  ] as const)('that %s is refused: %s', async (_, code, always) => {
    await expect(verify(await credential(always), [listOf([])])).rejects.toMatchObject({ code });
  });

  test('that its issuer did not sign, or that was altered, is refused', async () => {
    await expect(verify(await credential({}, thief.signing), [listOf([])])).rejects.toMatchObject({
      code: 'unknown-key',
    });
    const text = await credential();
    await expect(verify(`${text}WyJhIiwiZnVsbE5hbWUiLCJ4Il0~`, [listOf([])])).rejects.toMatchObject({
      code: 'credential-invalid',
    });
    for (const junk of ['', '~', 'a.b.c~', 'كلمة'])
      await expect(verify(junk, [])).rejects.toMatchObject({ code: 'malformed-message' });
  });

  test('can be verified by its issuer too', async () => {
    expect(await verify(await credential(), [listOf([7])], civil.id)).toMatchObject({ status: 'revoked' });
  });
});
