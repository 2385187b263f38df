import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join as at } from 'node:path';
import { expect, test } from 'vitest';
import { loadIdentity, renewCertificate } from '../../adapters/kit/index.ts';
import { MemberServiceClient } from '../../proto/gen/wasl/registry/v1/registry.ts';
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
import { fromStatus } from '../../services/platform/rpc/errors.ts';
import { callJoin, callReadmit } from '../../services/platform/rpc/registry-client.ts';
import { clientTls } from '../../services/platform/rpc/tls.ts';
import { membersWorld } from '../support/members-world.ts';

const world = membersWorld();

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
/** What whoever has the certificate and its key gets by them alone, as kits of an earlier version asked. */
const renewedByTls = async (dir: string, certificateRequest: string): Promise<string> => {
  const { address } = world.exchange.registry;
  const client = new MemberServiceClient(address, clientTls(await loadTls(dir), 'wasl.test', 'registry'), {
    'grpc.ssl_target_name_override': 'registry.wasl.internal',
  });
  return new Promise<string>((resolve) => {
    client.renew({ certificateRequest }, (error, value) => {
      client.close();
      resolve(error === null ? value.certificate : fromStatus(error, address).code);
    });
  });
};
/** What a signature gets, at either door. */
const readmitted = (
  address: string,
  tls: Parameters<typeof callReadmit>[0]['tls'],
  signed: string | Promise<string>,
): Promise<string> =>
  Promise.resolve(signed)
    .then((request) => callReadmit({ address, tls, trustDomain: 'wasl.test' }, request))
    .then(
      ({ certificate }) => certificate,
      ({ code }) => code,
    );
const CERTIFICATE = /^-----BEGIN CERTIFICATE/;

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
  const registry = await openRegistryAs(dir);
  expect((await registry.read()).version).toBeGreaterThan(0n);
  registry.close();
  // Word for word: a running kit takes what it reads there for what it got itself.
  const identity = await loadIdentity(dir);
  const got = await renewCertificate(identity, identity.tls);
  expect(await loadTls(dir)).toEqual(got);
});

test('whoever has stolen a certificate with its key renews nothing, also with a key of his own, and is out when it ends', async () => {
  const dir = await joined('tls-stolen');
  const { agency, tls } = await loadIdentity(dir);
  const { request, key } = await csrOf(agency);
  expect(await renewedByTls(dir, request)).toBe('renewal-by-signature');
  const thief = signerFromJwk(createPrivateKey(key).export({ format: 'jwk' }) as unknown as EcPrivateJwk);
  const own = signerFromJwk(createPrivateKey(tls.key).export({ format: 'jwk' }) as unknown as EcPrivateJwk);
  const { address, joinAddress } = world.exchange.registry;
  for (const door of [address, joinAddress]) {
    for (const by of [thief, own]) {
      const signed = signReadmission(by, { agency, certificateRequest: request, timeMs: Date.now() });
      expect(await readmitted(door, tls, signed)).toBe('signature-invalid');
    }
  }
  // Nothing of it was used up by that.
  const { signer } = (await loadIdentity(dir)).keys.present();
  const signed = await signReadmission(signer, { agency, certificateRequest: request, timeMs: Date.now() });
  expect(await readmitted(address, tls, signed)).toMatch(CERTIFICATE);
  // And a renewal that was overheard is good for nobody, at neither door.
  expect(await readmitted(address, tls, signed)).toBe('key-used-before');
  expect(await readmitted(joinAddress, { ca: tls.ca }, signed)).toBe('key-used-before');
});

test('a folder of an earlier version, which knows one address of the registry alone, renews by that', async () => {
  const dir = await joined('one-door');
  const { address, joinAddress } = world.exchange.registry;
  const { registry, join: joining, ...identity } = await loadIdentity(dir);
  expect([registry, joining]).toEqual([address, joinAddress]);
  const first = await renewCertificate({ ...identity, registry: address }, identity.tls);
  const second = await renewCertificate({ ...identity, join: joinAddress }, first);
  const away = await renewCertificate({ ...identity, registry: '127.0.0.1:1', join: joinAddress }, second);
  expect(new Set([identity.tls.cert, first.cert, second.cert, away.cert]).size).toBe(4);
  await expect(renewCertificate(identity, away)).rejects.toMatchObject({ code: 'config-invalid' });
});

/** A key that a certificate is asked for, and that signs as well. */
const doubleKey = async (id: string) => {
  const { request, key } = await csrOf(id);
  return { request, signer: signerFromJwk(createPrivateKey(key).export({ format: 'jwk' }) as unknown as EcPrivateJwk) };
};
const joinBy = async (id: string, signing: Signer, csr: string): Promise<Awaited<ReturnType<typeof callJoin>>> => {
  const { join: address, secret, trustDomain } = readInvitation(await invited(id));
  const { ca } = await loadTls(world.operator);
  const [recovery, encryption] = [signerFromJwk(generateSigningKey()), openerFromJwk(generateEncryptionKey())];
  const agency = parseAgencyId(id);
  const keys = await signAgencyKeys(recovery, agency, signing.publicJwk, encryption.publicJwk);
  return callJoin({ address, tls: { ca }, trustDomain }, { secret, agency, certificateRequest: csr, keys });
};

test('no key that signs for an agency is also the key of its certificate, at joining and at each renewal', async () => {
  const { request, signer } = await doubleKey('double');
  await expect(joinBy('double', signer, request)).rejects.toMatchObject({ code: 'key-used-before' });
  const later = await doubleKey('later');
  await joinBy('later', later.signer, (await csrOf('later')).request);
  const { ca } = await loadTls(world.operator);
  const asked = { agency: parseAgencyId('later'), certificateRequest: later.request, timeMs: Date.now() };
  const { joinAddress } = world.exchange.registry;
  expect(await readmitted(joinAddress, { ca }, signReadmission(later.signer, asked))).toBe('key-used-before');
});

test('the signing key alone brings an agency back, and nothing but it, for its own name, once, and soon', async () => {
  const dir = await joined('expired');
  const { keys, agency, tls } = await loadIdentity(dir);
  const { signer } = keys.present();
  const ask = async (changes: Partial<Readmission> = {}, by = signer): Promise<string> => {
    const certificateRequest = changes.certificateRequest ?? (await csrOf(changes.agency ?? agency)).request;
    const signed = await signReadmission(by, { agency, timeMs: Date.now(), ...changes, certificateRequest });
    return readmitted(world.exchange.registry.joinAddress, { ca: tls.ca }, signed);
  };
  const certificateRequest = (await csrOf(agency)).request;
  expect(await ask({ certificateRequest })).toMatch(CERTIFICATE);
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
  await expect(renewAgency({ dir })).rejects.toMatchObject({ code: 'unknown-agency' });
  const { request } = await requestCertificate('spiffe://wasl.test/authority/operator');
  expect(await renewedByTls(world.operator, request)).toBe('renewal-by-signature');
});

test('once the signing key was revoked, nothing is renewed until the recovery key has named another, and then by that', async () => {
  const dir = await joined('robbed');
  const recovery = at(world.folder, 'robbed-recovery.jwk');
  // It has read its folder before the new keys are in it.
  const identity = await loadIdentity(dir);
  const stolen = identity.keys.present().signer;
  await revokeKey(undefined, { as: dir, signing: recovery });
  await expect(renewAgency({ dir })).rejects.toMatchObject({ code: 'agency-keyless' });
  await rotate({ as: dir, recovery, veto: false });
  const certificateRequest = (await csrOf('robbed')).request;
  const signed = signReadmission(stolen, { agency: identity.agency, certificateRequest, timeMs: Date.now() });
  expect(await readmitted(world.exchange.registry.joinAddress, { ca: identity.tls.ca }, signed)).toBe(
    'signature-invalid',
  );
  expect((await renewCertificate(identity, identity.tls)).cert).not.toBe(identity.tls.cert);
});
