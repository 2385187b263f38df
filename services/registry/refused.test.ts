import { afterEach, beforeEach, expect, test } from 'vitest';
import { sharedCluster } from '../../test/support/postgres.ts';
import { honest, registry, trusted } from '../../test/support/registry-world.ts';
import { signAgencyKeys, signAuditKeys, signRegistryKeys } from '../kernel/key-statements.ts';
import type { Entity, EntityOf } from '../kernel/registry.ts';
import type { JsonObject } from '../kernel/strict-json.ts';
import { openEmbeddedBus } from '../platform/bus/embedded.ts';
import type { Bus } from '../platform/bus/port.ts';
import {
  createAuthority,
  generateEncryptionKey,
  generateSigningKey,
  issueCertificate,
  openerFromJwk,
  signerFromJwk,
} from '../platform/crypto/index.ts';
import { silentLogger } from '../platform/log/index.ts';
import type { Pool } from '../platform/store/index.ts';
import { type Registry, startRegistry } from './app.ts';
import { openStore } from './edge/store/open.ts';

const issuer = await createAuthority({ commonName: 'test' });
const pair = await issueCertificate({ ...issuer, spiffeId: 'spiffe://wasl.test/registry/registry' });
const own = honest.find(({ kind }) => kind === 'registry') as EntityOf<'registry'>;
const listen = '127.0.0.1:0';

let bus: Bus;
let store: Pool;
let service: Registry;
const begin = async (): Promise<Registry> => {
  service = await startRegistry({
    ...{ signer: registry, registryKeys: own.keys, tls: { ca: issuer.caCert, ...pair }, issuer },
    ...{
      store,
      bus,
      gateways: [],
      log: silentLogger,
      certificateLife: 3_600_000,
      draftsAtMost: 1_000,
      headEvery: 3_600_000,
    },
    ...{ listen, joinListen: listen, opsListen: listen, schemas: { listen } },
  });
  return service;
};
beforeEach(async () => {
  const cluster = await sharedCluster();
  bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
  store = await openStore(await cluster.createDatabase());
  await (await begin()).apply(honest.filter(({ kind }) => kind !== 'registry'));
}, 60_000);
afterEach(async () => {
  await service.stop();
  await bus.close();
  await store.end();
});

test('a record that could never go out, or be read again, is refused before it stands', async () => {
  const type = honest.find(({ kind }) => kind === 'document-type') as EntityOf<'document-type'>;
  const large = { ...type, version: 3, schema: { type: 'object', description: 'x'.repeat(700_000) } };
  await expect(service.apply([large])).rejects.toMatchObject({ code: 'message-too-large' });
  let deep: JsonObject = { type: 'object' };
  for (let depth = 0; depth < 62; depth += 1) deep = { not: deep };
  await expect(service.apply([{ ...type, version: 4, schema: deep }])).rejects.toMatchObject({
    code: 'malformed-message',
  });
  // Nothing of it is left that a start would stumble over.
  await service.stop();
  await begin();
});

test('a certificate alone takes no agency’s keys, no name of another’s document, and brings nobody back', async () => {
  const held = honest.find(({ kind, id }) => kind === 'agency' && id === 'health') as Extract<
    Entity,
    { kind: 'agency' }
  >;
  const thief = signerFromJwk(generateSigningKey());
  const keys = await signAgencyKeys(thief, held.id, thief.publicJwk, openerFromJwk(generateEncryptionKey()).publicJwk);
  await expect(service.apply([{ ...held, keys }])).rejects.toMatchObject({ code: 'entity-frozen' });
  const type = honest.find(({ kind }) => kind === 'document-type') as EntityOf<'document-type'>;
  await expect(service.apply([{ ...type, version: 9, provider: held.id }])).rejects.toMatchObject({
    code: 'entity-not-yours',
  });
  await service.apply([{ ...held, status: 'revoked' }]);
  await expect(service.apply([held])).rejects.toMatchObject({ code: 'entity-frozen' });
});

test('words that no reader would take are not published', async () => {
  const other = signerFromJwk(generateSigningKey());
  const audit = await signAuditKeys(other, openerFromJwk(generateEncryptionKey()).publicJwk);
  await expect(service.apply([{ kind: 'audit', id: 'audit', keys: audit }])).rejects.toMatchObject({
    code: 'pin-mismatch',
  });
  const registryKeys = await signRegistryKeys(other, trusted(registry));
  await expect(service.apply([{ ...own, keys: registryKeys }])).rejects.toMatchObject({ code: 'pin-mismatch' });
});
