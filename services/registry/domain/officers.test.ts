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
import { signOfficerRevocation } from '../../kernel/officer.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { checkAgreement } from './agreement.ts';
import { checkOfficer } from './officers.ts';

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
