import { randomBytes } from 'node:crypto';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import { fillDisk } from '../support/full-disk.ts';
import { startTestCluster } from '../support/postgres.ts';
import { describeFullAndSlow } from './full-slow.ts';

/** No file of the server grows beyond this: a segment of its write-ahead log has just the room it needs, a full table has none. */
const FULL_AT = 16 * 1024 * 1024;

describeFullAndSlow('embedded', async () => {
  const test = await startTestCluster();
  const url = await test.createDatabase();
  const bus = await openEmbeddedBus({ url });
  return {
    bus,
    settings: { bus: 'embedded', databaseUrl: url },
    pid: () => test.cluster.pid,
    fill: async () => {
      const disk = fillDisk(test.cluster.pid, FULL_AT);
      await bus.ensureTopics([{ name: 'ballast', partitions: 1, cleanup: 'delete', retentionMs: -1 }]);
      // Long values, as those of the evidence, have pages of their own; they fill those until the server says that there is no more room.
      for (const bytes of [200_000, 4_000]) {
        for (let full = false; !full; ) {
          const records = Array.from({ length: 20 }, () => ({ key: 'x', value: randomBytes(bytes) }));
          full = await bus.publish('ballast', records).then(
            () => false,
            (error: Error) => /File too large/.test(error.message) || Promise.reject(error),
          );
        }
      }
      return async () => disk.room();
    },
    stop: async () => {
      await bus.close();
      await test.stop();
    },
  };
});
