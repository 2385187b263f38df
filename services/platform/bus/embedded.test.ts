import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedCluster } from '../../../test/support/postgres.ts';
import { openEmbeddedBus } from './embedded.ts';
import type { Bus } from './port.ts';

let bus: Bus;
beforeAll(async () => {
  const cluster = await sharedCluster();
  bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
}, 60_000);
afterAll(async () => bus.close());

test('a follower from the beginning reads every record, in the order of its key', async () => {
  await bus.ensureTopics([{ name: 'facts', partitions: 3, cleanup: 'delete', retentionMs: -1 }]);
  for (let batch = 0; batch < 5; batch += 1) {
    const records = Array.from({ length: 20 }, (_, index) => ({
      key: `k${index % 4}`,
      value: Buffer.from(String(batch * 20 + index)),
    }));
    await bus.publish('facts', records);
  }
  const read = new Map<string, number[]>();
  const following = await bus.follow({
    topic: 'facts',
    from: 'beginning',
    handle: ({ key, value }) => {
      read.set(key, [...(read.get(key) ?? []), Number(Buffer.from(value).toString())]);
    },
  });
  await following.caughtUp;
  await following.stop();
  expect([...read.values()].flat().length).toBe(100);
  for (const values of read.values()) expect(values).toEqual([...values].sort((a, b) => a - b));
});
