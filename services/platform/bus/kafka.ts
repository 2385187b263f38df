import kafkajs, { type KafkaConfig, type SASLOptions } from 'kafkajs';
import type { Logger } from '../log/index.ts';
import { followTopic } from './kafka-follow.ts';
import { joinGroup } from './kafka-group.ts';
import { openProducer } from './kafka-producer.ts';
import { checkWritable, ensureKafkaTopics } from './kafka-topics.ts';
import type { Bus, Subscription } from './port.ts';
import { within } from './within.ts';

export interface KafkaBusOptions {
  readonly brokers: readonly string[];
  /** Accept topics that one broker's loss would lose. */
  readonly singleBroker: boolean;
  readonly log: Logger;
  readonly sasl?: {
    readonly mechanism: 'scram-sha-256' | 'scram-sha-512' | 'plain';
    readonly username: string;
    readonly password: string;
  };
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
  /** A publish that has no answer after this many ms rejects; 5 s unless told. */
  readonly publishTimeoutMs?: number;
}

/**
 * The bus on Apache Kafka (3.9 or later): an idempotent producer with one batch in flight and acks=all. Loss of brokers is waited out; nothing
 * of ours needs a restart. Throws when no broker answers now.
 */
export async function openKafkaBus(options: KafkaBusOptions): Promise<Bus> {
  const { log, singleBroker } = options;
  const timeoutMs = options.publishTimeoutMs ?? 5_000;
  const kafka = new kafkajs.Kafka(configOf(options));
  const admin = kafka.admin();
  await admin.connect();
  const producer = await openProducer(kafka, timeoutMs, log).catch(async (error) => {
    await admin.disconnect().catch(() => undefined);
    throw error;
  });
  const ensured = new Set<string>();
  const subscriptions = new Set<Subscription>();
  /** Kept until it is stopped, so that `close` ends it; no longer, since its handler holds on to what it has read. */
  const kept = (subscription: Subscription): Subscription => {
    const own: Subscription = {
      ...subscription,
      stop: async () => {
        await subscription.stop();
        subscriptions.delete(own);
      },
    };
    subscriptions.add(own);
    return own;
  };
  if (singleBroker) log.warn({}, 'single broker: what that broker loses is lost, receipts and all');
  return {
    ensureTopics: async (topics) => {
      await ensureKafkaTopics(admin, topics, singleBroker);
      for (const { name } of topics) ensured.add(name);
    },
    publish: producer.publish,
    subscribe: async (group) => {
      const parking = { name: group.parkingTopic, partitions: 1, cleanup: 'delete', retentionMs: -1 } as const;
      await ensureKafkaTopics(admin, [parking], singleBroker);
      return kept(await joinGroup({ kafka, admin, publish: producer.publish, log }, group));
    },
    follow: async (following) => kept(await followTopic({ kafka, admin, log }, following)),
    check: () => within(checkWritable(admin, [...ensured], singleBroker), timeoutMs),
    close: async () => {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop().catch(() => undefined)));
      await producer.close();
      await admin.disconnect();
    },
  };
}

const configOf = ({ brokers, sasl, tls, log }: KafkaBusOptions): KafkaConfig => ({
  clientId: 'wasl',
  brokers: [...brokers],
  connectionTimeout: 3_000,
  requestTimeout: 10_000,
  retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
  ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
  ...(tls === undefined
    ? {}
    : {
        ssl: {
          ca: [tls.ca],
          ...(tls.cert === undefined || tls.key === undefined ? {} : { cert: tls.cert, key: tls.key }),
        },
      }),
  logLevel: kafkajs.logLevel.WARN,
  logCreator:
    () =>
    ({ level, log: { message, error } }) =>
      // Its own text may name topics and brokers, nothing of what they carry.
      log[level <= kafkajs.logLevel.ERROR ? 'warn' : 'debug'](
        { kafka: error === undefined ? '' : String(error) },
        message,
      ),
});
