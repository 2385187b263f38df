import { expect, test } from 'vitest';
import { zlib } from '../platform/compress/index.ts';
import { generateSigningKey, primitives, signerFromJwk } from '../platform/crypto/index.ts';
import { parseAgencyId } from './ids.ts';
import { signJws } from './jws.ts';
import { TYP } from './statements.ts';
import {
  deflateStatusList,
  inflateStatusList,
  keepsRevoked,
  LIST_SIZE,
  makeStatusList,
  readStatusClaim,
  readStatusListId,
  readStatusToken,
  readStatusUri,
  type StatusToken,
  signStatusToken,
  statusAt,
  statusClaim,
  statusUri,
} from './status-list.ts';

const signer = signerFromJwk(generateSigningKey());
const name = { provider: parseAgencyId('civil-status'), list: '00112233445566aa' };
const token: StatusToken = {
  uri: statusUri(name),
  issuedAt: 1_000,
  expiresAt: 87_400,
  bits: 1,
  lst: deflateStatusList(zlib, makeStatusList([7, 1_048_575])),
};

test('a list of a million places says valid of each but those revoked, and takes little room', () => {
  const list = inflateStatusList(zlib, token);
  expect([0, 6, 7, 8, LIST_SIZE - 2, LIST_SIZE - 1].map((index) => statusAt(list, index))).toEqual([0, 0, 1, 0, 0, 1]);
  expect(statusAt(list, LIST_SIZE)).toBeUndefined();
  expect(token.lst.length).toBeLessThan(250);
});

test('a token comes back as it was signed, by its provider’s key alone', async () => {
  const text = await signStatusToken(signer, token, 600);
  const read = readStatusToken(name, text);
  expect(read.token).toEqual(token);
  await read.verify(primitives, signer.publicJwk);
  const other = signerFromJwk(generateSigningKey());
  await expect(read.verify(primitives, other.publicJwk)).rejects.toMatchObject({ code: 'signature-invalid' });
});

test('an altered list does not verify', async () => {
  const [head, , signature] = (await signStatusToken(signer, token, 600)).split('.');
  const none = { ...token, lst: deflateStatusList(zlib, makeStatusList([])) };
  const [, body] = (await signStatusToken(signer, none, 600)).split('.');
  const altered = readStatusToken(name, `${head}.${body}.${signature}`);
  await expect(altered.verify(primitives, signer.publicJwk)).rejects.toMatchObject({ code: 'signature-invalid' });
});

test.each([
  ['of another list', { uri: statusUri({ ...name, list: 'ffffffffffffffff' }) }],
  ['of another provider', { uri: statusUri({ ...name, provider: parseAgencyId('health') }) }],
  ['that ends before it begins', { expiresAt: 1_000 }],
  ['that would count for more than a week', { expiresAt: 1_000 + 7 * 86_400 + 1 }],
  ['of bits that we do not read', { bits: 4 as 1 }],
])('a token %s is refused', async (_, change) => {
  const text = await signStatusToken(signer, { ...token, ...change }, 600);
  expect(() => readStatusToken(name, text)).toThrow(expect.objectContaining({ code: 'status-list-invalid' }));
});

test('a token with a member that nobody knows, or of another kind, is refused', async () => {
  const payload = { sub: token.uri, iat: 1, exp: 2, ttl: 1, status_list: { bits: 1, lst: 'AA' } };
  const more = await signJws(signer, TYP.statusList, { ...payload, aggregation_uri: 'x' });
  expect(() => readStatusToken(name, more)).toThrow(expect.objectContaining({ code: 'malformed-message' }));
  const other = await signJws(signer, TYP.answer, payload);
  expect(() => readStatusToken(name, other)).toThrow(expect.objectContaining({ code: 'wrong-type' }));
});

test('what inflates to more than a list holds is refused while it inflates, and so is what is no list', () => {
  const bomb = deflateStatusList(zlib, { bits: 1, bytes: new Uint8Array(64 * 1024 * 1024) });
  expect(bomb.length).toBeLessThan(100_000);
  for (const lst of [bomb, 'AAAA', '', token.lst.slice(0, -4), `${token.lst}=`]) {
    expect(() => inflateStatusList(zlib, { bits: 1, lst })).toThrow(
      expect.objectContaining({ code: 'status-list-invalid' }),
    );
  }
});

test('a later list keeps what was revoked', () => {
  const [none, one, two] = [[], [3], [3, 900_000]].map(makeStatusList) as [never, never, never];
  expect([keepsRevoked(two, one), keepsRevoked(one, one), keepsRevoked(one, none)]).toEqual([true, true, true]);
  expect([keepsRevoked(one, two), keepsRevoked(none, one)]).toEqual([false, false]);
});

test('a name is its provider and its list, and a document names a place in one', () => {
  expect(readStatusUri(statusUri(name))).toEqual(name);
  expect(readStatusListId('civil-status/00112233445566aa')).toEqual(name);
  for (const uri of ['https://x.example/1', 'wasl://civil-status/status/1', 'wasl://a/b/status/00112233445566aa']) {
    expect(readStatusUri(uri)).toBeUndefined();
  }
  const place = { uri: token.uri, index: 9 };
  expect(readStatusClaim({ status: statusClaim(place) })).toEqual(place);
  expect(readStatusClaim({})).toBeUndefined();
  for (const status of [null, {}, { status_list: { idx: -1, uri: 'x' } }, { status_list: { idx: '1', uri: 'x' } }]) {
    expect(() => readStatusClaim({ status })).toThrow(expect.objectContaining({ code: 'credential-invalid' }));
  }
});
