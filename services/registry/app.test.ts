import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sharedCluster } from '../../test/support/postgres.ts';
import { watchRegistry } from '../../test/support/registry-watch.ts';
import {
  agreed,
  civil,
  health,
  honest,
  pins,
  registry,
  root,
  terms,
  transport,
} from '../../test/support/registry-world.ts';
import type { Signer } from '../kernel/keys.ts';
import { type Entity, entityKey, recordDigest, signRegistryKeys } from '../kernel/registry.ts';
import { openEmbeddedBus } from '../platform/bus/embedded.ts';
import type { Bus } from '../platform/bus/port.ts';
import { generateSigningKey, signerFromJwk } from '../platform/crypto/index.ts';
import { silentLogger } from '../platform/log/index.ts';
import type { Pool } from '../platform/store/index.ts';
import { type Registry, startRegistry } from './app.ts';
import { openStore } from './edge/store/open.ts';

let bus: Bus;
let store: Pool;
let folder: string;
let running: Registry[] = [];
beforeEach(async () => {
  const cluster = await sharedCluster();
  bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
  store = await openStore(await cluster.createDatabase());
  folder = await mkdtemp(join(tmpdir(), 'wasl-registry-'));
  for (const entity of honest) await declare(entity);
}, 60_000);
afterEach(async () => {
  for (const one of running) await one.stop();
  running = [];
  await bus.close();
  await store.end();
  await rm(folder, { recursive: true });
});

const fileOf = (entity: Entity): string => join(folder, `${entityKey(entity).replaceAll('/', '.')}.json`);
const declare = (entity: Entity, file = fileOf(entity)): Promise<void> => writeFile(file, JSON.stringify(entity));
/** Reads nothing by itself, so that each test says when. */
const start = async (on = bus, signer: Signer = registry): Promise<Registry> => {
  const options = { declarations: folder, log: silentLogger, opsListen: '127.0.0.1:0', readEvery: 3_600_000 };
  const started = await startRegistry({ ...options, signer, store, bus: on, headEvery: 3_600_000 });
  running.push(started);
  return started;
};
const suspended = async (): Promise<Entity> => ({
  ...((await agreed(terms(), transport.signer, civil.signer)) as Extract<Entity, { kind: 'agreement' }>),
  status: 'suspended',
});
const agency = (id: string): Entity => honest.find((entity) => entity.id === id) as Entity;

test('what is declared becomes a copy that a gateway can verify', async () => {
  await start();
  const watch = await watchRegistry(bus, pins);
  const { copy } = await watch.until(() => true);
  expect(copy.problems).toEqual([]);
  expect(copy.agreements.length).toBe(2);
  await watch.stop();
});

test('a change signs what has changed and nothing else, under a greater version', async () => {
  const service = await start();
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  const changed = await suspended();
  await declare(changed);
  await service.refresh();
  const after = await watch.until(({ copy }) => copy.version > before.copy.version);
  expect(after.copy.agreements.map(({ status }) => status).sort()).toEqual(['active', 'suspended']);
  const kept = after.state.records.filter((record) => before.state.records.includes(record));
  expect(kept.length).toBe(honest.length - 1);
  await watch.stop();
});

test('a file that is gone withdraws its entity; the roots cannot be withdrawn', async () => {
  const service = await start();
  const watch = await watchRegistry(bus, pins);
  await rm(fileOf(agency('health')));
  await rm(fileOf(agency('audit')));
  await service.refresh();
  const { copy } = await watch.until(({ copy: of }) => of.agency('health') === undefined);
  expect(copy.problems).toEqual([{ what: 'agreement/health', code: 'unknown-agency' }]);
  await watch.stop();
});

test('a bad file leaves its entity as it was, and holds up neither a change nor a withdrawal of another', async () => {
  const service = await start();
  const watch = await watchRegistry(bus, pins);
  await writeFile(fileOf(agency('civil-status')), '{"kind":"agency"');
  await declare(await suspended());
  await rm(fileOf(agency('health')));
  await service.refresh();
  const { copy } = await watch.until(({ copy: of }) => of.agreements.some(({ status }) => status === 'suspended'));
  expect(copy.agency('civil-status')?.keys.signing).toEqual(civil.signer.publicJwk);
  expect(copy.agency('health')).toBeUndefined();
  const metrics = await (await fetch(`http://${service.opsAddress}/metrics`)).text();
  expect(metrics).toContain('wasl_registry_bad_declarations 1');
  await watch.stop();
});

test('an entity declared by two files keeps what it last said', async () => {
  const service = await start();
  const watch = await watchRegistry(bus, pins);
  await declare(await suspended(), join(folder, 'another.json'));
  await rm(fileOf(agency('health')));
  await service.refresh();
  const { copy } = await watch.until(({ copy: of }) => of.agency('health') === undefined);
  expect(copy.agreements.map(({ terms: { id }, status }) => [id, status])).toEqual([['licences', 'active']]);
  await watch.stop();
});

test('a restart goes on where it left off, with the same records', async () => {
  const first = await start();
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  await first.stop();
  running = [];
  await start();
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
  const keys = await signRegistryKeys(root, next.publicJwk);
  await declare({ kind: 'registry', id: 'registry', keys });
  await start(bus, next);
  const after = await watch.until(({ copy }) => copy.version > before.copy.version);
  expect(after.copy.agreements.length).toBe(2);
  expect(after.state.records.some((record) => before.state.records.includes(record))).toBe(false);
  await watch.stop();
});

test('refuses to start under a key that the authority has not named, or without the audit service’s key', async () => {
  await expect(start(bus, signerFromJwk(generateSigningKey()))).rejects.toMatchObject({ code: 'config-invalid' });
  await rm(fileOf(agency('audit')));
  await expect(start()).rejects.toMatchObject({ code: 'config-invalid' });
});

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

test('a write that breaks off half way is shown to nobody, also when the change is taken back', async () => {
  const { breaking, fault } = breakingBus();
  const service = await start(breaking);
  const watch = await watchRegistry(bus, pins);
  const before = await watch.until(() => true);
  fault.lands = 1;
  await rm(fileOf(agency('health')));
  await expect(service.refresh()).rejects.toThrow('the connection broke');
  await declare(agency('health'));
  delete fault.lands;
  await service.refresh();
  const after = await watch.until(({ copy }) => copy.version > before.copy.version);
  expect(after.copy.agency('health')?.keys.signing).toEqual(health.signer.publicJwk);
  expect(watch.seen().every(({ copy }) => copy.agency('health') !== undefined)).toBe(true);
  await watch.stop();
});

test('a write that was lost, or landed without our knowing, is written again with the same bytes', async () => {
  for (const lands of [0, 100]) {
    const { breaking, fault } = breakingBus();
    const service = await start(breaking);
    const watch = await watchRegistry(bus, pins);
    fault.lands = lands;
    await declare(lands === 0 ? await suspended() : await agreed(terms(), transport.signer, civil.signer));
    await expect(service.refresh()).rejects.toThrow('the connection broke');
    delete fault.lands;
    await service.refresh();
    const wanted = lands === 0 ? 'suspended' : 'active';
    const { copy } = await watch.until(({ copy: of }) => of.agreements.at(-1)?.status === wanted);
    expect([copy.version, watch.failures()]).toEqual([lands === 0 ? 2 : 3, []]);
    await watch.stop();
    await service.stop();
  }
  running = [];
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
      await service.refresh();
      return watch.seen().at(-1)?.state.head !== before.state.head;
    })
    .toBe(true);
  const last = await watch.until(({ state }) => state.head !== before.state.head);
  expect(last.state.digests).toEqual(before.state.records.map(recordDigest).sort());
  expect(watch.failures()).toEqual([]);
  await watch.stop();
});
