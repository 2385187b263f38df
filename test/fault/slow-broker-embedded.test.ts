import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import { startTestCluster } from '../support/postgres.ts';
import { describePause } from './slow-broker.ts';

describePause('embedded', async () => {
  const test = await startTestCluster();
  const url = await test.createDatabase();
  const bus = await openEmbeddedBus({ url });
  return {
    bus,
    settings: { bus: 'embedded', databaseUrl: url },
    pid: () => test.cluster.pid,
    stop: async () => {
      await bus.close();
      await test.stop();
    },
  };
});
