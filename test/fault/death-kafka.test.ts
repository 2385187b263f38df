import { describe } from 'vitest';
import { openKafkaBus } from '../../services/platform/bus/kafka.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { KAFKA_AVAILABLE, startKafka } from '../support/kafka.ts';
import { describeDeath } from './death.ts';

describe.skipIf(!KAFKA_AVAILABLE)('Apache Kafka', () => {
  const start = async () => {
    const kafka = await startKafka();
    const { brokers, own } = kafka;
    const bus = await openKafkaBus({ brokers, singleBroker: true, log: silentLogger });
    return {
      bus,
      settings: { bus: 'kafka', kafkaBrokers: brokers, singleBroker: true },
      server: own === undefined ? undefined : { kill: own.kill9, start: own.start },
      stop: async () => {
        await bus.close();
        await kafka.stop();
      },
    };
  };
  // An agency's processes write to journals of its own, which are the same beside either bus.
  describeDeath('kafka', start, { agencies: Number(process.env.WASL_ROUNDS ?? 1) > 1 });
});
