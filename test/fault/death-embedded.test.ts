import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import { type Cluster, startCluster } from '../../services/platform/store/index.ts';
import { startTestCluster } from '../support/postgres.ts';
import { describeDeath } from './death.ts';

describeDeath('embedded', async () => {
  const test = await startTestCluster();
  let { cluster }: { cluster: Cluster } = test;
  const url = await test.createDatabase();
  const bus = await openEmbeddedBus({ url });
  return {
    bus,
    settings: { bus: 'embedded', databaseUrl: url },
    server: {
      kill: async () => {
        process.kill(cluster.pid, 'SIGKILL');
        await cluster.exited;
      },
      start: async () => {
        cluster = await startCluster({ dataDir: test.dataDir, name: 'test' });
      },
    },
    stop: async () => {
      await bus.close();
      await cluster.stop();
      await test.stop();
    },
  };
});
