import { describe } from 'vitest';
import { openKafkaBus } from '../../services/platform/bus/kafka.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { KAFKA_AVAILABLE, startKafka } from '../support/kafka.ts';
import { describeExchange } from './exchange.ts';

describe.skipIf(!KAFKA_AVAILABLE)('Apache Kafka', () => {
  describeExchange('kafka', async () => {
    const kafka = await startKafka();
    const bus = await openKafkaBus({ brokers: kafka.brokers, singleBroker: true, log: silentLogger });
    return {
      bus,
      stop: async () => {
        await bus.close();
        await kafka.stop();
      },
    };
  });
});
