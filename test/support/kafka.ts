import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type OwnBroker, startOwnBroker } from './kafka-broker.ts';

const has = (command: string): boolean => {
  try {
    execFileSync(command, ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Where the tests' Kafka comes from: the first that applies. */
const SOURCE =
  process.env.WASL_KAFKA_BROKERS !== undefined
    ? 'environment'
    : existsSync('/var/run/docker.sock')
      ? 'docker'
      : has('java') && has('mvn')
        ? 'java'
        : 'none';

/** False when no Kafka can be had: the suites are then skipped, in one loud line, unless WASL_REQUIRE_KAFKA says that they must not be. */
export const KAFKA_AVAILABLE = SOURCE !== 'none';
if (!KAFKA_AVAILABLE) {
  const line = 'KAFKA SUITES SKIPPED: no brokers in WASL_KAFKA_BROKERS, no Docker daemon, and no java with mvn';
  if (process.env.WASL_REQUIRE_KAFKA === '1') throw new Error(line);
  process.stderr.write(`\n!!! ${line}\n\n`);
}

export interface TestKafka {
  readonly brokers: readonly string[];
  /** Present when the broker is ours to kill. */
  readonly own?: OwnBroker;
  stop(): Promise<void>;
}

export const startKafka = async (how: { readonly measured?: boolean } = {}): Promise<TestKafka> => {
  if (SOURCE === 'environment') {
    return { brokers: (process.env.WASL_KAFKA_BROKERS ?? '').split(','), stop: async () => undefined };
  }
  if (SOURCE === 'docker') {
    const { KafkaContainer } = await import('@testcontainers/kafka');
    const container = await new KafkaContainer(`confluentinc/cp-kafka:8.1.0`).withKraft().start();
    return {
      brokers: [`${container.getHost()}:${container.getMappedPort(9093)}`],
      stop: async () => {
        await container.stop();
      },
    };
  }
  const own = await startOwnBroker(how);
  return { brokers: own.brokers, own, stop: own.stop };
};
