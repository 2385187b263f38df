import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import { sharedCluster } from '../support/postgres.ts';
import { describeExchange } from './exchange.ts';

describeExchange('embedded', async () => {
  const cluster = await sharedCluster();
  const bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
  return {
    bus,
    stop: async () => {
      await bus.close();
      await cluster.stop();
    },
  };
});
