import { describe } from 'vitest';
import { openKafkaBus } from '../../services/platform/bus/kafka.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { KAFKA_AVAILABLE, startKafka } from '../support/kafka.ts';
import { describePause } from './slow-broker.ts';

describe.skipIf(!KAFKA_AVAILABLE)('Apache Kafka', () => {
  describePause('kafka', async () => {
    const kafka = await startKafka();
    const { brokers, own } = kafka;
    const bus = await openKafkaBus({ brokers, singleBroker: true, log: silentLogger });
    return {
      bus,
      settings: { bus: 'kafka', kafkaBrokers: brokers, singleBroker: true },
      pid: own?.pid,
      stop: async () => {
        await bus.close();
        await kafka.stop();
      },
    };
  });
});
