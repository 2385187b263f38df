import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import { type Cluster, startCluster } from '../../services/platform/store/index.ts';
import { startTestCluster } from '../support/postgres.ts';
import { describeBus } from './bus.ts';

describeBus('embedded', async () => {
  const test = await startTestCluster();
  let { cluster }: { cluster: Cluster } = test;
  const url = await test.createDatabase();
  return {
    open: () => openEmbeddedBus({ url }),
    restart: {
      kill: async () => {
        process.kill(cluster.pid, 'SIGKILL');
        await cluster.exited;
      },
      start: async () => {
        cluster = await startCluster({ dataDir: test.dataDir, name: 'test' });
      },
    },
    stop: async () => {
      await cluster.stop();
      await test.stop();
    },
  };
});
