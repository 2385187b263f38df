import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join as at } from 'node:path';
import { expect, test } from 'vitest';
import { loadIdentity } from '../../adapters/kit/index.ts';
import { invite, listAgencies, setAgency } from '../../services/cli/commands/agency.ts';
import { join } from '../../services/cli/commands/join.ts';
import { readInvitation, writeInvitation } from '../../services/cli/invitation.ts';
import { openRegistryAs } from '../../services/cli/member.ts';
import { parseAgencyId, spiffeId } from '../../services/kernel/ids.ts';
import { signAgencyKeys } from '../../services/kernel/key-statements.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  requestCertificate,
  signerFromJwk,
} from '../../services/platform/crypto/index.ts';
import { callJoin } from '../../services/platform/rpc/index.ts';
import { membersWorld } from '../support/members-world.ts';
import { readinessFile } from '../support/readiness.ts';

const world = membersWorld();

let made = 0;
const invited = async (validMs = 3_600_000): Promise<{ id: string; word: string; dir: string; recovery: string }> => {
  made += 1;
  const id = `joiner-${made}`;
  const { json } = await invite(id, { as: world.operator, nameEn: 'A joiner (test)', nameAr: 'جهة تجريبية', validMs });
  const { invitation } = json as { invitation: string };
  return { id, word: invitation, dir: at(world.folder, id), recovery: at(world.folder, `${id}-recovery.jwk`) };
};

/** A joining without the command, so that each part of it can be wrong. */
const joining = async (
  of: { id: string; word: string },
  change: { csr?: string; keysOf?: string; agency?: string } = {},
) => {
  const { join: address, trustDomain, secret } = readInvitation(of.word);
  const name = (id: string): string => spiffeId(trustDomain, { kind: 'agency', id: parseAgencyId(id) });
  return callJoin(
    { address, tls: { ca: await readFile(at(world.operator, 'ca.crt'), 'utf8') }, trustDomain },
    {
      secret,
      agency: change.agency ?? of.id,
      certificateRequest: change.csr ?? (await requestCertificate(name(of.id))).request,
      keys: await signAgencyKeys(
        signerFromJwk(generateSigningKey()),
        parseAgencyId(change.keysOf ?? of.id),
        signerFromJwk(generateSigningKey()).publicJwk,
        openerFromJwk(generateEncryptionKey()).publicJwk,
      ),
    },
  );
};

test('an invitation becomes an agency: keys of its own, a certificate of its name, and a folder that a kit reads', async () => {
  const { id, word, dir, recovery } = await invited();
  const end = await join(word, { dir, recovery });
  expect(end.kind).toBe('delivered');
  const identity = await loadIdentity(dir);
  expect(identity.agency).toBe(id);
  expect(new X509Certificate(identity.tls.cert).subjectAltName).toBe(`URI:spiffe://wasl.test/agency/${id}`);
  for (const path of [at(dir, 'signing.jwk'), at(dir, 'encryption.jwk'), at(dir, 'tls.key'), recovery]) {
    expect((await stat(path)).mode & 0o077).toBe(0);
  }
  const listed = await listAgencies(world.operator);
  expect(listed.json).toMatchObject({
    agencies: expect.arrayContaining([expect.objectContaining({ id, status: 'joining' })]),
  });
  const report = await readinessFile(world.exchange.layout, id, world.folder);
  await setAgency(id, { as: world.operator, status: 'active', report });
  const own = await openRegistryAs(dir);
  expect((await own.read()).entities.some((text) => text.includes(`"id":"${id}"`))).toBe(true);
  own.close();
});

test('an invitation is good once, for its agency alone, and until it expires', async () => {
  const used = await invited();
  await joining(used);
  await expect(joining(used)).rejects.toMatchObject({ code: 'invitation-used' });
  const other = await invited();
  await expect(joining(other, { agency: 'somebody-else', keysOf: 'somebody-else' })).rejects.toMatchObject({
    code: 'invitation-unknown',
  });
  const late = await invited(1);
  await expect(joining(late)).rejects.toMatchObject({ code: 'invitation-expired' });
  const guessed = writeInvitation({ ...readInvitation(other.word), secret: 'A'.repeat(43) });
  await expect(joining({ ...other, word: guessed })).rejects.toMatchObject({ code: 'invitation-unknown' });
  // Whoever was refused may come again: nothing of the invitation is used up.
  await joining(other);
});

test('an answer that was lost on its way is asked for again with the same keys, and with those alone', async () => {
  const { id, word, dir, recovery } = await invited();
  await join(word, { dir, recovery });
  const first = await loadIdentity(dir);
  const again = await invited();
  await expect(join(again.word, { dir, recovery })).rejects.toMatchObject({ code: 'bad-usage' });
  // As a crash between the registry's commit and the answer leaves it.
  const other = await invited();
  const lost = { dir: at(world.folder, 'lost'), recovery: at(world.folder, 'lost-recovery.jwk') };
  const wrongRoot = writeInvitation({
    ...readInvitation(other.word),
    root: signerFromJwk(generateSigningKey()).thumbprint,
  });
  await expect(join(wrongRoot, lost)).rejects.toMatchObject({ code: 'root-mismatch' });
  const kept = await readFile(at(lost.dir, 'signing.jwk'), 'utf8');
  await expect(joining(other)).rejects.toMatchObject({ code: 'invitation-used' });
  await join(other.word, lost);
  expect(await readFile(at(lost.dir, 'signing.jwk'), 'utf8')).toBe(kept);
  expect([first.agency, (await loadIdentity(lost.dir)).agency]).toEqual([id, other.id]);
});

test('of two that come with one invitation at once, one joins', async () => {
  const both = await invited();
  const ends = await Promise.allSettled([joining(both), joining(both)]);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('no two agencies have one id, and what is no id is said to be none', async () => {
  const names = { as: world.operator, nameEn: 'x', nameAr: 'x', validMs: 1000 };
  await expect(invite('Bad_Name', names)).rejects.toMatchObject({ code: 'name-not-an-id' });
  await expect(
    invite('transport', { as: world.operator, nameEn: 'x', nameAr: 'x', validMs: 1000 }),
  ).rejects.toMatchObject({
    code: 'agency-taken',
  });
});

test('a request for a certificate with a foreign name, another curve, no signature of its key, or a key used before is refused', async () => {
  const of = await invited();
  const csrFor = async (id: string) => (await requestCertificate(`spiffe://wasl.test/${id}`)).request;
  const bad = { code: 'certificate-request-invalid' };
  await expect(joining(of, { csr: await csrFor('agency/civil-status') })).rejects.toMatchObject(bad);
  await expect(joining(of, { csr: await csrFor(`gateway/${of.id}`) })).rejects.toMatchObject(bad);
  await expect(joining(of, { csr: 'no request' })).rejects.toMatchObject(bad);
  await expect(joining(of, { csr: WEAK })).rejects.toMatchObject(bad);
  await expect(joining(of, { keysOf: 'transport' })).rejects.toMatchObject(bad);
  const csr = await csrFor(`agency/${of.id}`);
  await joining(of, { csr });
  const again = await invited();
  await expect(joining(again, { csr })).rejects.toMatchObject(bad);
  const own = await csrFor(`agency/${again.id}`);
  await joining(again, { csr: own });
  await expect(joining(await invited(), { csr: own })).rejects.toMatchObject(bad);
});

test('a registry under another authority gets nothing, and nothing is written', async () => {
  const { word, dir, recovery } = await invited();
  const wrong = (change: object): string => writeInvitation({ ...readInvitation(word), ...change });
  const root = signerFromJwk(generateSigningKey()).thumbprint;
  await expect(join(wrong({ ca: 'ab'.repeat(32) }), { dir, recovery })).rejects.toMatchObject({
    code: 'root-mismatch',
  });
  await expect(join(`${word}x`, { dir, recovery })).rejects.toMatchObject({ code: 'invitation-unreadable' });
  await expect(stat(dir)).rejects.toThrow();
  await expect(join(wrong({ root }), { dir, recovery })).rejects.toMatchObject({ code: 'root-mismatch' });
  await expect(stat(at(dir, 'pins.json'))).rejects.toThrow();
});

test('keys are never overwritten, and the recovery key does not go among the running ones', async () => {
  const { word, dir, recovery } = await invited();
  await expect(join(word, { dir, recovery: at(dir, 'recovery.jwk') })).rejects.toMatchObject({ code: 'bad-usage' });
  await mkdir(dir);
  await writeFile(at(dir, 'pins.json'), '{}');
  await expect(join(word, { dir, recovery })).rejects.toMatchObject({ code: 'bad-usage' });
});

/** A request whose key is RSA of 1,024 bits, made with OpenSSL for this test. */
const WEAK = `-----BEGIN CERTIFICATE REQUEST-----
MIIBSzCBtQIBADAMMQowCAYDVQQDDAF4MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB
iQKBgQDjP1sn0yPJ8LVTEWZdzgYdtTkZUoZ4m3Fmnr3P2hJd3qVzNGXaDIcg1Rak
ENwwxBAEypMW4ogfI9+sjeoNoKbqdgeHnHPdJ4+vxqPM4JYBsD1LHfxXybrUoMA4
jithx1+0VtItOeDes/+HI2QMsyeZVdbNaVa9wu3hW4SEbLL8XQIDAQABoAAwDQYJ
KoZIhvcNAQELBQADgYEAr/2MFwwpKk7mmSJWQsOo+cjCHVaDBPJ2GVMV37LJq/dG
Y4klhuWwgsJT4AxOEAlYeII0cLmTPeAJA7vk3cIIKirE1UJcOUO1JoAlmduvlp6v
+q1jaZfkQBKqwGo+jR0fqi8QE5S+6FkqFfdYe54uyVqkpjhX+MWAuDHlrh4K7XA=
-----END CERTIFICATE REQUEST-----
`;
