import { afterAll, beforeEach, expect, test } from 'vitest';
import { sharedCluster } from '../../../test/support/postgres.ts';
import { watchRegistry } from '../../../test/support/registry-watch.ts';
import { honest, pins, publish } from '../../../test/support/registry-world.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import { openEmbeddedBus } from '../bus/embedded.ts';
import type { Bus, BusRecord } from '../bus/port.ts';

let bus: Bus;
beforeEach(async () => {
  bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
  await bus.ensureTopics([{ name: 'wasl.registry', partitions: 1, cleanup: 'compact', retentionMs: -1 }]);
  return () => bus.close();
}, 60_000);
afterAll(async () => (await sharedCluster()).stop());

const record = (key: string, text: string): BusRecord => ({ key, value: Buffer.from(text) });
/** What the registry writes for these entities: records, then the head. */
const written = async (entities: readonly Entity[], version: number): Promise<BusRecord[]> => {
  const { records, head } = await publish(entities, { version, timeMs: version });
  const named = entities.map((entity, index) => record(entityKey(entity), records[index]?.text.read() ?? ''));
  return [...named, record('head', head)];
};

test('what stood on the topic at the start is told once, as its newest state', async () => {
  for (const version of [1, 2, 3]) await bus.publish('wasl.registry', await written(honest, version));
  const watch = await watchRegistry(bus, pins);
  await watch.until(() => true);
  expect(watch.seen().map(({ copy }) => copy.version)).toEqual([3]);
  await bus.publish('wasl.registry', await written(honest, 4));
  await watch.until(({ copy }) => copy.version === 4);
  await watch.stop();
});

test('a change is told when its head has come, and never half', async () => {
  await bus.publish('wasl.registry', await written(honest, 1));
  const watch = await watchRegistry(bus, pins);
  await watch.until(() => true);
  for (const one of await written(honest, 2)) await bus.publish('wasl.registry', [one]);
  await watch.until(({ copy }) => copy.version === 2);
  expect(watch.seen().length).toBe(2);
  expect(watch.failures()).toEqual([]);
  await watch.stop();
});

test('bytes that are no record end nothing', async () => {
  await bus.publish('wasl.registry', await written(honest, 1));
  const watch = await watchRegistry(bus, pins);
  await watch.until(() => true);
  for (const text of ['', 'a.b.c', '\u0000']) await bus.publish('wasl.registry', [record('head', text)]);
  await bus.publish('wasl.registry', [{ key: 'junk', value: Buffer.from([0xff]) }]);
  await bus.publish('wasl.registry', await written(honest, 2));
  await watch.until(({ copy }) => copy.version === 2);
  await watch.stop();
});
