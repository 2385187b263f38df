import { afterEach, beforeEach, expect, test } from 'vitest';
import { sharedCluster } from '../../test/support/postgres.ts';
import { watchRegistry } from '../../test/support/registry-watch.ts';
import {
  agreed,
  approver,
  honest,
  licences,
  pins,
  registry,
  root,
  stepped,
  terms,
  trusted,
} from '../../test/support/registry-world.ts';
import { signRegistryKeys } from '../kernel/key-statements.ts';
import type { Signer } from '../kernel/keys.ts';
import type { Entity, EntityOf } from '../kernel/registry.ts';
import { openEmbeddedBus } from '../platform/bus/embedded.ts';
import type { Bus } from '../platform/bus/port.ts';
import { createAuthority, generateSigningKey, issueCertificate, signerFromJwk } from '../platform/crypto/index.ts';
import { silentLogger } from '../platform/log/index.ts';
import type { Pool } from '../platform/store/index.ts';
import { type Registry, startRegistry } from './app.ts';
import { openStore } from './edge/store/open.ts';

let bus: Bus;
let store: Pool;
let running: Registry[] = [];
const issuer = await createAuthority({ commonName: 'test' });
const pair = await issueCertificate({ ...issuer, spiffeId: 'spiffe://wasl.test/registry/registry' });
const tls = { ca: issuer.caCert, ...pair };
beforeEach(async () => {
  const cluster = await sharedCluster();
  bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
  store = await openStore(await cluster.createDatabase());
}, 60_000);
afterEach(async () => {
  for (const one of running) await one.stop();
  running = [];
  await bus.close();
  await store.end();
});

const own = honest.find(({ kind }) => kind === 'registry') as EntityOf<'registry'>;
const loopback = {
  listen: '127.0.0.1:0',
  joinListen: '127.0.0.1:0',
  opsListen: '127.0.0.1:0',
  schemas: { listen: '127.0.0.1:0' },
};
/** Signs no head by itself, so that each test says when. */
const begin = async (on = bus, signer: Signer = registry, by: Signer = signer): Promise<Registry> => {
  const started = await startRegistry({
    ...loopback,
    ...{ signer, tls, issuer, store, gateways: [], log: silentLogger },
    registryKeys: by === registry ? own.keys : await signRegistryKeys(root, trusted(by)),
    certificateLife: 3_600_000,
    bus: on,
    draftsAtMost: 1_000,
    headEvery: 3_600_000,
  });
  running.push(started);
  return started;
};
const start = async (on = bus, signer: Signer = registry): Promise<Registry> => {
  const started = await begin(on, signer);
  await started.apply(honest.filter(({ kind }) => kind !== 'registry'));
  return started;
};
const suspended = async (): Promise<Entity> => stepped(licences, approver, 'suspended');

test('what is declared becomes a copy that a gateway can verify', async () => {
  await start();
  const watch = await watchRegistry(bus, pins);
  const { copy, agreements } = await watch.until(() => true);
  expect(copy.problems).toEqual([]);
  expect(agreements.length).toBe(2);
  await watch.stop();
});

test('a change signs what has changed and nothing else, under a greater version', async () => {
  const service = await start();
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  await service.apply([await suspended()]);
  const after = await watch.until(({ copy }) => copy.version > before.copy.version);
  expect(after.agreements.map(({ status }) => status).sort()).toEqual(['active', 'suspended']);
  const kept = after.state.records.filter((record) => before.state.records.includes(record));
  expect(kept.length).toBe(honest.length - 1);
  await watch.stop();
});

test('what is declared again changes nothing', async () => {
  const service = await start();
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  await service.apply(honest.filter(({ kind }) => kind !== 'registry'));
  await service.renewHead();
  const after = await watch.until(({ copy }) => copy.timeMs > before.copy.timeMs);
  expect([after.copy.version, after.state.digests]).toEqual([before.copy.version, before.state.digests]);
  await watch.stop();
});

test('a published schema is frozen, and one entity is not declared twice', async () => {
  const service = await start();
  const type = honest.find(({ kind }) => kind === 'document-type') as EntityOf<'document-type'>;
  const other = { ...type, schema: { ...type.schema, additionalProperties: false } };
  await expect(service.apply([other])).rejects.toMatchObject({ code: 'entity-frozen' });
  await expect(service.apply([type, type])).rejects.toMatchObject({ code: 'config-invalid' });
});

test('the schemas of document types are registered as subjects before it is said that they stand, once each', async () => {
  const first = await start();
  const type = honest.find(({ kind }) => kind === 'document-type') as EntityOf<'document-type'>;
  const name = `${type.id}.v${type.version}`;
  const read = async ({ schemaAddress }: Registry, path: string): Promise<unknown> =>
    (await fetch(`http://${schemaAddress}/subjects${path}`)).json();
  expect(await read(first, '')).toEqual([name]);
  expect(await read(first, `/${name}/versions/latest/schema`)).toEqual(type.schema);
  await first.stop();
  running = [];
  expect(await read(await begin(), `/${name}/versions`)).toEqual([1]);
});

test('a restart goes on where it left off, with the same records', async () => {
  const first = await start();
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  await first.stop();
  running = [];
  await begin();
  const after = await watch.until(({ copy }) => copy.timeMs > before.copy.timeMs);
  expect(after.copy.version).toBe(before.copy.version);
  expect(after.state.digests).toEqual(before.state.digests);
  await watch.stop();
});

test('a registry with a new key signs everything anew, under a greater version', async () => {
  const first = await start();
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  await first.stop();
  running = [];
  const next = signerFromJwk(generateSigningKey());
  await begin(bus, next);
  const after = await watch.until(({ copy }) => copy.version > before.copy.version);
  expect(after.agreements.length).toBe(2);
  expect(after.state.records.some((record) => before.state.records.includes(record))).toBe(false);
  await watch.stop();
});

test('does not start under a key that the authority has not named; without the audit service’s key it is not ready', async () => {
  const other = signerFromJwk(generateSigningKey());
  await expect(begin(bus, other, registry)).rejects.toMatchObject({ code: 'pin-mismatch' });
  const service = await begin();
  const ready = (): Promise<Response> => fetch(`http://${service.opsAddress}/readyz`);
  expect((await ready()).status).toBe(503);
  await service.apply(honest.filter(({ kind }) => kind === 'audit'));
  expect((await ready()).status).toBe(200);
});

test('a database older than what the topic has seen is refused: a restored backup takes nothing back', async () => {
  const first = await start();
  const backup = await store.query('select key, record from registry.entities');
  const head = await store.query('select version, digest from registry.head');
  await first.apply([await suspended()]);
  await first.stop();
  running = [];
  const restore = async ({ version, digest }: { version: string; digest: string }): Promise<void> => {
    await store.query('delete from registry.entities');
    for (const { key, record } of backup.rows) {
      await store.query('insert into registry.entities values ($1, $2)', [key, record]);
    }
    await store.query('update registry.head set version = $1, digest = $2', [version, digest]);
  };
  await restore(head.rows[0]);
  await expect(begin()).rejects.toMatchObject({ code: 'registry-rollback' });
  // Nor does it help to count on by hand.
  await restore({ version: String(Number(head.rows[0].version) + 1), digest: head.rows[0].digest });
  await expect(begin()).rejects.toMatchObject({ code: 'registry-rollback' });
});

test('two registries over one database go on from each other’s state, and never sign two states under one version', async () => {
  const one = await start();
  const two = await begin();
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  await one.apply([await suspended()]);
  await two.renewHead();
  const civilType = honest.find(({ kind }) => kind === 'document-type') as EntityOf<'document-type'>;
  await two.apply([{ ...civilType, version: 2 }]);
  await one.renewHead();
  const { copy } = await watch.until(({ copy: of }) => of.version === before.copy.version + 2);
  expect((await copy.agreements()).map(({ status }) => status).sort()).toEqual(['active', 'suspended']);
  expect([copy.documentType(civilType.id, 2)?.version, watch.failures()]).toEqual([2, []]);
  await watch.stop();
});

/** A machine with other work takes longer than a poll waits unless told. */
const TAKES = { timeout: 10_000 };

/** The bus, whose writes break off after `lands` records once that is set. */
const breakingBus = () => {
  const fault: { lands?: number } = {};
  const breaking: Bus = {
    ...bus,
    publish: async (topic, records) => {
      const landing = records.slice(0, fault.lands);
      if (landing.length > 0) await bus.publish(topic, landing);
      if (fault.lands !== undefined) throw new Error('the connection broke');
    },
  };
  return { breaking, fault };
};

test('a write that breaks off half way is shown to nobody until it is whole, and it is written again with the same bytes', async () => {
  const first = await start();
  await first.stop();
  for (const lands of [0, 1, 100]) {
    const { breaking, fault } = breakingBus();
    const service = await begin(breaking);
    const watch = await watchRegistry(bus, pins);
    const before = await watch.until(() => true);
    fault.lands = lands;
    const next = await agreed(terms({ version: 10 + lands }));
    await expect(service.apply([next])).rejects.toMatchObject({ code: 'store-unavailable' });
    delete fault.lands;
    await service.renewHead();
    const after = await watch.until(({ agreements }) => agreements.some(({ terms: of }) => of.version === 10 + lands));
    expect([after.copy.version, watch.failures()]).toEqual([before.copy.version + 1, []]);
    await watch.stop();
    await service.stop();
  }
  running = [];
});

test('a change that a crash kept from the topic is there after the next start', async () => {
  const { breaking, fault } = breakingBus();
  const service = await start(breaking);
  fault.lands = 0;
  await expect(service.apply([await suspended()])).rejects.toMatchObject({ code: 'store-unavailable' });
  await service.stop();
  running = [];
  await begin();
  const watch = await watchRegistry(bus, pins);
  await watch.until(({ agreements }) => agreements.some(({ status }) => status === 'suspended'));
  await watch.stop();
});

test('what somebody else writes to the topic is shown to nobody, and is put right', async () => {
  const service = await start();
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  const junk = Buffer.from([0xff, 0xfe]);
  await bus.publish('wasl.registry', [
    { key: 'agreement/invented', value: Buffer.from('a.b.c') },
    { key: 'agency/health', value: Buffer.alloc(0) },
    { key: 'audit/audit', value: junk },
    { key: 'head', value: junk },
  ]);
  await expect
    .poll(async () => {
      await service.renewHead();
      return watch.seen().at(-1)?.state.head !== before.state.head;
    }, TAKES)
    .toBe(true);
  const last = await watch.until(({ state }) => state.head !== before.state.head);
  expect(last.state.digests).toEqual(before.state.records.map(({ digest }) => digest).sort());
  expect(watch.failures()).toEqual([]);
  await watch.stop();
});
