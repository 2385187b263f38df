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
          // The log's own clock: `sinceMs` and `timeMs` are not to hang on a writer's.
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
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
      {
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configNames: ['cleanup.policy', 'min.insync.replicas', 'unclean.leader.election.enable'],
      },
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
  if (entries.get('unclean.leader.election.enable') === 'true') {
    throw new WaslError('bus-not-durable', { what: `topic ${name} has unclean.leader.election.enable on` });
  }
};

/** Rejects unless each partition of the topics has a leader and as many replicas in step as a write needs. */
export const checkWritable = async (admin: Admin, names: readonly string[], singleBroker: boolean): Promise<void> => {
  if (names.length === 0) {
    await admin.describeCluster();
    return;
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
  for (const { name, partitions } of topics) {
    const bad = partitions.find(({ leader, isr }) => leader < 0 || isr.length < (singleBroker ? 1 : IN_SYNC));
    if (bad !== undefined) throw new Error(`partition ${bad.partitionId} of topic ${name} takes no writes now`);
  }
};
