import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join as at } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadIdentity } from '../../adapters/kit/index.ts';
import { invite, setAgency } from '../../services/cli/commands/agency.ts';
import { renewAgency } from '../../services/cli/commands/agency-renew.ts';
import { join } from '../../services/cli/commands/join.ts';
import { revokeKey, rotate } from '../../services/cli/commands/keys.ts';
import { readInvitation } from '../../services/cli/invitation.ts';
import { openRegistryAs } from '../../services/cli/member.ts';
import { parseAgencyId } from '../../services/kernel/ids.ts';
import { signAgencyKeys } from '../../services/kernel/key-statements.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import { type Readmission, signReadmission } from '../../services/kernel/readmission.ts';
import {
  type EcPrivateJwk,
  generateEncryptionKey,
  generateSigningKey,
  loadTls,
  openerFromJwk,
  requestCertificate,
  signerFromJwk,
  validityOf,
} from '../../services/platform/crypto/index.ts';
import { callJoin, callReadmit } from '../../services/platform/rpc/registry-client.ts';
import { type MembersWorld, startMembersWorld } from '../support/members-world.ts';

let world: MembersWorld;
beforeAll(async () => {
  world = await startMembersWorld();
}, 60_000);
afterAll(() => world.stop(), 60_000);

const csrOf = (id: string) => requestCertificate(`spiffe://wasl.test/agency/${id}`);
const invited = async (id: string): Promise<string> => {
  const { json } = await invite(id, { as: world.operator, nameEn: 'x', nameAr: 'x', validMs: 3_600_000 });
  return (json as { invitation: string }).invitation;
};
const joined = async (id: string): Promise<string> => {
  const dir = at(world.folder, id);
  await join(await invited(id), { dir, recovery: at(world.folder, `${id}-recovery.jwk`) });
  return dir;
};
const renewWith = async (dir: string, csr: string): Promise<string> => {
  const registry = await openRegistryAs(dir);
  return registry
    .renew(csr)
    .then(
      ({ certificate }) => certificate,
      ({ code }) => code,
    )
    .finally(() => registry.close());
};

test('an operator renews by hand: another certificate for another key, kept in the folder, which the registry takes', async () => {
  const dir = await joined('by-hand');
  const before = await loadTls(dir);
  const { json } = await renewAgency({ dir });
  const after = await loadTls(dir);
  const { serial, untilMs } = validityOf(after.cert);
  expect(json).toMatchObject({
    agency: 'by-hand',
    validUntil: new Date(untilMs).toISOString(),
    serial: serial.toLowerCase(),
  });
  expect(after.key).not.toBe(before.key);
  expect(after.cert).not.toBe(before.cert);
  expect([await readFile(at(dir, 'tls.crt'), 'utf8'), await readFile(at(dir, 'tls.key'), 'utf8')]).toEqual([
    after.cert,
    after.key,
  ]);
  expect(await renewWith(dir, (await csrOf('by-hand')).request)).toMatch(/^-----BEGIN CERTIFICATE/);
});

/** A key that a certificate is asked for, and that signs as well. */
const doubleKey = async (id: string) => {
  const { request, key } = await csrOf(id);
  return { request, signer: signerFromJwk(createPrivateKey(key).export({ format: 'jwk' }) as unknown as EcPrivateJwk) };
};
const joinBy = async (id: string, signing: Signer, csr: string): Promise<Awaited<ReturnType<typeof callJoin>>> => {
  const { join: address, secret, trustDomain } = readInvitation(await invited(id));
  const ca = await readFile(at(world.operator, 'ca.crt'), 'utf8');
  const [recovery, encryption] = [signerFromJwk(generateSigningKey()), openerFromJwk(generateEncryptionKey())];
  const agency = parseAgencyId(id);
  const keys = await signAgencyKeys(recovery, agency, signing.publicJwk, encryption.publicJwk);
  return callJoin({ address, ca, trustDomain }, { secret, agency, certificateRequest: csr, keys });
};

test('no key that signs for an agency is also the key of its certificate, at joining and at each renewal', async () => {
  const { request, signer } = await doubleKey('double');
  await expect(joinBy('double', signer, request)).rejects.toMatchObject({ code: 'key-used-before' });
  const later = await doubleKey('later');
  await joinBy('later', later.signer, (await csrOf('later')).request);
  const of = { address: world.exchange.registry.joinAddress, ...(await loadTls(world.operator)) };
  const asked = { agency: parseAgencyId('later'), certificateRequest: later.request, timeMs: Date.now() };
  await expect(
    callReadmit({ ...of, trustDomain: 'wasl.test' }, await signReadmission(later.signer, asked)),
  ).rejects.toMatchObject({ code: 'key-used-before' });
});

test('the signing key alone brings an agency back, and nothing but it, for its own name, once, and soon', async () => {
  const dir = await joined('expired');
  const { keys, agency, tls } = await loadIdentity(dir);
  const { signer } = keys.present();
  const of = { address: world.exchange.registry.joinAddress, ca: tls.ca, trustDomain: 'wasl.test' };
  const ask = async (changes: Partial<Readmission> = {}, by = signer): Promise<string> => {
    const certificateRequest = changes.certificateRequest ?? (await csrOf(changes.agency ?? agency)).request;
    const signed = await signReadmission(by, { agency, timeMs: Date.now(), ...changes, certificateRequest });
    return callReadmit(of, signed).then(
      ({ certificate }) => certificate,
      ({ code }) => code,
    );
  };
  const certificateRequest = (await csrOf(agency)).request;
  expect(await ask({ certificateRequest })).toMatch(/^-----BEGIN CERTIFICATE/);
  expect(await ask({ certificateRequest })).toBe('key-used-before');
  expect(await ask({}, signerFromJwk(generateSigningKey()))).toBe('signature-invalid');
  expect(await ask({ agency: parseAgencyId('transport') })).toBe('signature-invalid');
  expect(await ask({ agency: parseAgencyId('nobody') })).toBe('unknown-agency');
  expect(await ask({ certificateRequest: (await csrOf('transport')).request })).toBe('certificate-request-invalid');
  expect(await ask({ timeMs: Date.now() - 120_000 })).toBe('issued-too-old');
  expect(await ask({ timeMs: Date.now() + 120_000 })).toBe('issued-in-future');
  await setAgency(agency, { as: world.operator, status: 'revoked' });
  expect(await ask()).toBe('unknown-agency');
});

test('an agency that is shut out, and whoever is no agency, renews nothing', async () => {
  const dir = await joined('shut-out');
  await setAgency('shut-out', { as: world.operator, status: 'revoked' });
  expect(await renewWith(dir, (await csrOf('shut-out')).request)).toBe('unknown-agency');
  const { request } = await requestCertificate('spiffe://wasl.test/authority/operator');
  expect(await renewWith(world.operator, request)).toBe('identity-mismatch');
});

test('once a signing key was revoked, a certificate alone is renewed no more; the key that the recovery key named renews it', async () => {
  const dir = await joined('robbed');
  const recovery = at(world.folder, 'robbed-recovery.jwk');
  await revokeKey(undefined, { as: dir, signing: recovery });
  expect(await renewWith(dir, (await csrOf('robbed')).request)).toBe('agency-keyless');
  await rotate({ as: dir, recovery, veto: false });
  expect(await renewWith(dir, (await csrOf('robbed')).request)).toBe('renewal-by-signature');
  const before = await loadTls(dir);
  await renewAgency({ dir });
  expect((await loadTls(dir)).cert).not.toBe(before.cert);
});
