import { expect, test } from 'vitest';
import {
  approver,
  civil,
  honest,
  licences,
  officer,
  SIGNED_MS,
  stepped,
  thief,
  transport,
  withEntities,
} from '../../../test/support/registry-world.ts';
import { digestOfText } from '../../kernel/digest.ts';
import { signKeyRevocation, signRollover } from '../../kernel/key-changes.ts';
import type { Signer } from '../../kernel/keys.ts';
import { signOfficerRevocation } from '../../kernel/officer.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../../platform/crypto/index.ts';
import { checkAgreement } from './agreement.ts';
import { checkOfficer } from './officers.ts';

type AgencyEntity = Extract<Entity, { readonly kind: 'agency' }>;
const mapOf = (entities: readonly Entity[]) => new Map(entities.map((entity) => [entityKey(entity), entity]));
const codeOf = (done: Promise<void>): Promise<string> =>
  done.then(
    () => 'taken',
    (error) => error.code,
  );
const held = transport.officer.entity;
const revocation = (sinceMs: number, by = transport.signer) =>
  signOfficerRevocation(by, { issuer: transport.id, officer: held.id, sinceMs });

test('texts that are not the issuer’s own take no place among an officer’s', async () => {
  const check = (entity: Entity, standing = mapOf(honest)) => codeOf(checkOfficer(primitives, standing, entity, 5));
  expect(await check({ ...held, revocation: await revocation(5) })).toBe('taken');
  expect(await check({ ...held, revocation: await revocation(5, thief.signing) })).toBe('unknown-key');
  const foreign = (await officer(transport.id, thief.signing)).entity;
  expect(await check(foreign)).toBe('unknown-key');
  const revoked = mapOf(withEntities({ ...held, revocation: await revocation(5) }));
  expect(await check({ ...held, revocation: await revocation(4) }, revoked)).toBe('taken');
  expect(await check({ ...held, revocation: await revocation(6) }, revoked)).toBe('entity-outdated');
});

test('a key that is, or was, one person’s becomes no other’s, at any issuer; of the same person it is certified again', async () => {
  const check = async (issuer: typeof civil, person: string, beside: readonly string[] = [], on = mapOf(honest)) => {
    const { entity } = await officer(issuer.id, issuer.signer, { person, fromMs: 50 }, transport.officer.signer);
    const more = { ...entity, certificates: [...beside, ...entity.certificates] };
    return codeOf(checkOfficer(primitives, on, more, 5));
  };
  expect(await check(transport, 'transport:1', held.certificates)).toBe('taken');
  expect(await check(transport, 'transport:2', held.certificates)).toBe('officer-key-of-another');
  expect(await check(civil, 'civil-status:2')).toBe('officer-key-of-another');
  expect(await check(civil, 'transport:1')).toBe('taken');
  const revoked = mapOf(withEntities({ ...held, revocation: await revocation(0) }));
  expect(await check(civil, 'civil-status:2', [], revoked)).toBe('officer-key-of-another');
  // Both in one declaration.
  const [one] = (await officer(transport.id, transport.signer, { person: 'transport:3' }, transport.officer.signer))
    .entity.certificates;
  const none = mapOf(honest.filter((entity) => entityKey(entity) !== entityKey(held)));
  expect(await check(transport, 'transport:1', [String(one)], none)).toBe('officer-key-of-another');
});

test('a former key of the issuer takes nobody on and takes nobody back; what it signed stands, in files of any time too', async () => {
  const next = signerFromJwk(generateSigningKey());
  const entity = honest.find((one) => entityKey(one) === `agency/${transport.id}`) as AgencyEntity;
  const said = { agency: transport.id, sequence: 1, previous: digestOfText(entity.keys), timeMs: 1 };
  const encryption = openerFromJwk(generateEncryptionKey()).publicJwk;
  const rollover = await signRollover(transport.recovery, 'recovery', { ...said, signing: next.publicJwk, encryption });
  const rotated: AgencyEntity = { ...entity, rollovers: [rollover] };
  const standing = mapOf(withEntities(rotated));
  const check = (of: Entity, anyTime = false, on = standing) =>
    codeOf(checkOfficer(primitives, on, of, 3_600_000, anyTime));
  const more = async (by: Signer) => ({
    ...held,
    certificates: [
      ...held.certificates,
      ...(await officer(transport.id, by, {}, transport.officer.signer)).entity.certificates,
    ],
  });
  expect(await check(await more(transport.signer))).toBe('unknown-key');
  expect(await check(await more(next))).toBe('taken');
  expect(await check({ ...held, revocation: await revocation(5) })).toBe('unknown-key');
  expect(await check({ ...held, revocation: await revocation(5, next) })).toBe('taken');
  const fresh = (await officer(transport.id, transport.signer)).entity;
  expect(await check(fresh, true)).toBe('taken');
  expect(await check({ ...held, certificates: [...held.certificates, ...held.certificates] })).toBe('entity-outdated');

  // What a thief took back from the first day on stands in nobody's way once his key was revoked.
  const theft = { issuer: transport.id, agency: transport.id, key: transport.signer.thumbprint, sinceMs: 50 };
  const robbed = { ...rotated, revocations: [await signKeyRevocation(transport.recovery, theft)] };
  const taken = { ...held, revocation: await revocation(0) };
  const after = mapOf(withEntities(robbed, taken));
  expect(await check({ ...taken, revocation: await revocation(40, next) }, false, after)).toBe('taken');
  expect(await check({ ...taken, revocation: await revocation(60, next) }, false, after)).toBe('entity-outdated');
});

test('whoever takes back the key of their own officer drops nothing that others signed on the agreement', async () => {
  const second = await officer(transport.id, transport.signer, { person: 'transport:2' });
  const own = await stepped(licences, second, 'suspended');
  const ended = await stepped(await stepped(own, second, 'resumed'), civil.officer, 'terminated');
  const taken = await signOfficerRevocation(transport.signer, {
    issuer: transport.id,
    officer: second.entity.id,
    sinceMs: 0,
  });
  const standing = mapOf(withEntities(ended, { ...second.entity, revocation: taken }));
  expect(await codeOf(checkAgreement(primitives, standing, ended, SIGNED_MS, true))).toBe('officer-revoked');
  expect(await codeOf(checkAgreement(primitives, standing, licences, SIGNED_MS, true))).toBe('entity-outdated');
  expect(
    await codeOf(
      checkAgreement(primitives, mapOf(honest), await stepped(licences, approver, 'suspended'), SIGNED_MS, true),
    ),
  ).toBe('taken');
});
