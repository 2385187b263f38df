// Its compiled CommonJS shows Node no such named export.
import kafkajs, { type Admin } from 'kafkajs';
import { WaslError } from '../../kernel/codes.ts';
import type { TopicSpec } from './port.ts';

const REPLICAS = 3;
const IN_SYNC = 2;

/**
 * Makes topics that are missing, with their partitions, cleanup, retention and replication, and refuses those that stand otherwise:
 * `bus-not-durable` below 3 replicas or `min.insync.replicas` 2, unless a single broker was accepted.
 */
export const ensureKafkaTopics = async (
  admin: Admin,
  topics: readonly TopicSpec[],
  singleBroker: boolean,
): Promise<void> => {
  const there = new Set(await admin.listTopics());
  const missing = topics.filter(({ name }) => !there.has(name));
  if (missing.length > 0) {
    const { brokers } = await admin.describeCluster();
    const replicas = Math.min(REPLICAS, brokers.length);
    if (replicas < REPLICAS && !singleBroker) {
      throw new WaslError('bus-not-durable', { what: `${brokers.length} brokers, 3 are needed` });
    }
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map(({ name, partitions, cleanup, retentionMs }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: [
          { name: 'cleanup.policy', value: cleanup },
          { name: 'retention.ms', value: String(retentionMs) },
          { name: 'min.insync.replicas', value: String(Math.min(IN_SYNC, replicas)) },
          { name: 'unclean.leader.election.enable', value: 'false' },
        ],
      })),
    });
  }
  for (const topic of topics) await checkTopic(admin, topic, singleBroker);
};

const checkTopic = async (
  admin: Admin,
  { name, partitions, cleanup }: TopicSpec,
  singleBroker: boolean,
): Promise<void> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  const held = topics[0]?.partitions ?? [];
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [
      { type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['cleanup.policy', 'min.insync.replicas'] },
    ],
  });
  const entries = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
  if (held.length !== partitions || entries.get('cleanup.policy') !== cleanup) {
    throw new Error(`topic ${name} exists with ${held.length} partitions and cleanup ${entries.get('cleanup.policy')}`);
  }
  if (singleBroker) return;
  const replicas = Math.min(...held.map((partition) => partition.replicas.length));
  const inSync = Number(entries.get('min.insync.replicas'));
  if (replicas < REPLICAS || inSync < IN_SYNC) {
    throw new WaslError('bus-not-durable', {
      what: `topic ${name} has ${replicas} replicas and min.insync.replicas ${inSync}; 3 and 2 are needed`,
    });
  }
};
