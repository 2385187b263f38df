import { describe } from 'vitest';
import { openKafkaBus } from '../../services/platform/bus/kafka.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { KAFKA_AVAILABLE, startKafka } from '../support/kafka.ts';
import { describeBus } from './bus.ts';

describe.skipIf(!KAFKA_AVAILABLE)('Apache Kafka', () => {
  describeBus('kafka', async () => {
    const kafka = await startKafka();
    const { own } = kafka;
    return {
      open: () => openKafkaBus({ brokers: kafka.brokers, singleBroker: true, log: silentLogger }),
      ...(own === undefined ? {} : { restart: { kill: own.kill9, start: own.start } }),
      stop: kafka.stop,
    };
  });
});
