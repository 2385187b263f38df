import { describe } from 'vitest';
import { openKafkaBus } from '../../services/platform/bus/kafka.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { isAlive } from '../../services/platform/store/processes.ts';
import { until } from '../support/exchange.ts';
import { fillDisk, openFiles } from '../support/full-disk.ts';
import { KAFKA_AVAILABLE, startKafka } from '../support/kafka.ts';
import { describeFullAndSlow } from './full-slow.ts';

/** Less than one exchange writes. */
const ROOM_BYTES = 2_000;

describe.skipIf(!KAFKA_AVAILABLE)('Apache Kafka', () => {
  describeFullAndSlow('kafka', async () => {
    const kafka = await startKafka();
    const { brokers, own } = kafka;
    const bus = await openKafkaBus({ brokers, singleBroker: true, log: silentLogger });
    return {
      bus,
      settings: { bus: 'kafka', kafkaBrokers: brokers, singleBroker: true },
      pid: own?.pid,
      fill: async () => {
        const pid = own?.pid() ?? 0;
        const written = [...openFiles(pid)].filter(([path]) => path.endsWith('.log'));
        const [path, size] = written.reduce((longest, next) => (next[1] > longest[1] ? next : longest));
        if (!path.includes('wasl.evidence')) throw new Error(`the evidence is not the longest log, but ${path}`);
        fillDisk(pid, size + ROOM_BYTES);
        return async () => {
          // A broker that cannot write stops itself; whoever runs it starts it again.
          await until(() => !isAlive(pid), 20_000);
          await own?.start();
        };
      },
      stop: async () => {
        await bus.close();
        await kafka.stop();
      },
    };
  });
});
