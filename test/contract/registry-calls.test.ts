import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join as at } from 'node:path';
import { expect, test } from 'vitest';
import { invite, setAgency } from '../../services/cli/commands/agency.ts';
import { apply } from '../../services/cli/commands/apply.ts';
import { openRegistryAs } from '../../services/cli/member.ts';
import { createAuthority, issueCertificate } from '../../services/platform/crypto/index.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { membersWorld } from '../support/members-world.ts';

const world = membersWorld();

test('only the authority invites and applies; an agency changes nothing that is another’s', async () => {
  const transport = world.exchange.layout.agency('transport');
  const only = { code: 'authority-only' };
  await expect(invite('x', { as: transport, nameEn: 'x', nameAr: 'x', validMs: 1000 })).rejects.toMatchObject(only);
  const file = [at(world.exchange.layout.entities, 'agency.health.json')];
  await expect(apply({ as: transport, file, dryRun: true }, () => undefined)).rejects.toMatchObject(only);
  await expect(setAgency('health', { as: transport, status: 'revoked' })).rejects.toMatchObject({
    code: 'entity-not-yours',
  });
});

test('an agency sees its own agreements and no other’s', async () => {
  const transport = await openRegistryAs(world.exchange.layout.agency('transport'));
  const { entities } = await transport.read();
  transport.close();
  const agreements = entities.map((text) => JSON.parse(text)).filter(({ kind }) => kind === 'agreement');
  expect(agreements.length).toBeGreaterThan(0);
  const all = await openRegistryAs(world.operator);
  const every = (await all.read()).entities.map((text) => JSON.parse(text)).filter(({ kind }) => kind === 'agreement');
  all.close();
  expect(every.length).toBeGreaterThan(agreements.length);
});

test('a plan is shown without being carried out, and a file with a field that nobody knows is named', async () => {
  const file = at(world.folder, 'declared.json');
  const entity = JSON.parse(await readFile(at(world.exchange.layout.entities, 'agency.health.json'), 'utf8'));
  await writeFile(file, JSON.stringify({ ...entity, name: { en: 'Renamed', ar: 'اسم جديد' } }));
  const plan = await apply({ as: world.operator, file: [file], dryRun: true }, () => undefined);
  expect(plan.json).toMatchObject({ changed: 0, changes: [{ entity: 'agency/health', action: 'change' }] });
  const done = await apply({ as: world.operator, file: [file], dryRun: false }, () => undefined);
  expect(done.json).toMatchObject({ changed: 1 });
  const again = await apply({ as: world.operator, file: [file], dryRun: false }, () => undefined);
  expect(again.json).toMatchObject({ changed: 0, changes: [{ action: 'keep' }] });
  await writeFile(file, JSON.stringify({ ...entity, colour: 'blue' }));
  await expect(apply({ as: world.operator, file: [file], dryRun: true }, () => undefined)).rejects.toThrow(file);
});

test.each([
  ['a claim', { properties: { a: { type: 'string', pattern: '^(a+)+\\1$' } } }],
  ['a subject', { 'x-subject-schemes': { n: { pattern: '^(a+)+\\1$', claims: [] } } }],
  ['a keyword that nobody knows', { colour: 'blue' }],
])('a document type that no kit would read, for %s, is published by nobody', async (_, bad) => {
  const provider = world.exchange.layout.agency('transport');
  const title = { en: 'A document', ar: 'وثيقة' };
  const entity = { kind: 'document-type', id: 'transport.unread', version: 1, provider: 'transport', title };
  const text = JSON.stringify({ ...entity, schema: { type: 'object', ...bad } });
  const refused = { code: 'config-invalid' };
  const member = await openRegistryAs(provider);
  await expect(member.submit(text)).rejects.toMatchObject(refused);
  member.close();
  const file = at(world.folder, 'unread.json');
  await writeFile(file, text);
  await expect(apply({ as: world.operator, file: [file], dryRun: false }, () => undefined)).rejects.toMatchObject(
    refused,
  );
});

test('what answers there is the registry, or nothing is said to it', async () => {
  const authority = await createAuthority({ commonName: 'another' });
  const dir = at(world.folder, 'stranger');
  await mkdir(dir);
  const { cert, key } = await issueCertificate({ ...authority, spiffeId: 'spiffe://wasl.test/agency/transport' });
  const files = {
    'ca.crt': authority.caCert,
    'tls.crt': cert,
    'tls.key': key,
    'pins.json': await readFile(at(world.operator, 'pins.json'), 'utf8'),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(at(dir, name), text, { mode: 0o600 });
  await writeBusAddresses(dir, { registry: world.exchange.registry.address, gateways: [] });
  const stranger = await openRegistryAs(dir);
  await expect(stranger.read()).rejects.toMatchObject({ code: 'certificate-untrusted' });
  stranger.close();
  await writeBusAddresses(world.operator, { registry: world.exchange.gateway.address, gateways: [] });
  const astray = await openRegistryAs(world.operator);
  await expect(astray.read()).rejects.toMatchObject({ code: 'not-the-registry' });
  astray.close();
  await writeBusAddresses(world.operator, { registry: world.exchange.registry.address, gateways: [] });
});
