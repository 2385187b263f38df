import { randomUUID } from 'node:crypto';
import type { Admin, Consumer, Kafka } from 'kafkajs';
import type { Logger } from '../log/index.ts';
import { messageOf } from './kafka-message.ts';
import type { FollowOptions, Subscription } from './port.ts';
import { deferred } from './wait.ts';

interface Parts {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly log: Logger;
}

type Offsets = Map<number, bigint>;

/** Where to begin, and the ends at this moment, by partition. */
const placesOf = async (admin: Admin, { topic, from }: FollowOptions): Promise<{ starts: Offsets; ends: Offsets }> => {
  const marks = await admin.fetchTopicOffsets(topic);
  const ends = new Map(marks.map(({ partition, high }) => [partition, BigInt(high)]));
  if (from === 'end') return { starts: ends, ends };
  if (from === 'beginning')
    return { starts: new Map(marks.map(({ partition, low }) => [partition, BigInt(low)])), ends };
  const since = await admin.fetchTopicOffsetsByTimestamp(topic, from.sinceMs);
  // Kafka answers with the end where nothing is that young; -1 in older ones.
  const starts = since.map(
    ({ partition, offset }) => [partition, BigInt(offset) < 0n ? (ends.get(partition) ?? 0n) : BigInt(offset)] as const,
  );
  return { starts: new Map(starts), ends };
};

/**
 * Follows all partitions. Kafka's client reads in groups alone: this one is of its own, commits nothing, and is placed by hand each time it
 * joins, so that a broker's loss makes it go on from what it has handled.
 */
export const followTopic = async ({ kafka, admin, log }: Parts, options: FollowOptions): Promise<Subscription> => {
  const { topic, handle } = options;
  const { starts, ends } = await placesOf(admin, options);
  const next: Offsets = new Map(starts);
  const caughtUp = deferred();
  const closed = deferred();
  let stopped = false;
  const check = (): void => {
    if ([...ends].every(([partition, end]) => (next.get(partition) ?? 0n) >= end)) caughtUp.resolve();
  };
  check();

  const consumer: Consumer = kafka.consumer({
    groupId: `wasl-follow-${randomUUID()}`,
    allowAutoTopicCreation: false,
    sessionTimeout: 10_000,
    heartbeatInterval: 1_000,
    maxWaitTimeInMs: 100,
    retry: {
      retries: Number.MAX_SAFE_INTEGER,
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      restartOnFailure: async () => !stopped,
    },
  });
  const place = (): void => {
    for (const [partition, offset] of next) consumer.seek({ topic, partition, offset: offset.toString() });
  };
  consumer.on(consumer.events.GROUP_JOIN, place);
  consumer.on(consumer.events.CRASH, ({ payload }) =>
    log.warn({ err: payload.error, topic }, 'reading the log failed; going on when it is back'),
  );
  let failed: unknown;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, heartbeat, isRunning, isStale, resolveOffset }) => {
      for (const message of batch.messages) {
        if (stopped || failed !== undefined || !isRunning() || isStale()) return;
        const offset = BigInt(message.offset);
        const expected = next.get(batch.partition) ?? 0n;
        // Read before the place was set, or again after a rejoin.
        if (offset < expected) continue;
        try {
          await handle(messageOf(topic, batch.partition, message));
        } catch (error) {
          failed = error;
          caughtUp.reject(error);
          closed.reject(error);
          setImmediate(() => void consumer.disconnect().catch(() => undefined));
          return;
        }
        next.set(batch.partition, offset + 1n);
        resolveOffset(message.offset);
        await heartbeat();
      }
      // Compaction and markers leave places without a message: the batch's own end says how far it reached.
      const reached = BigInt(batch.lastOffset()) + 1n;
      if (reached > (next.get(batch.partition) ?? 0n)) next.set(batch.partition, reached);
      check();
    },
  });
  return {
    caughtUp: caughtUp.promise,
    closed: closed.promise,
    stop: async () => {
      stopped = true;
      await consumer.disconnect().catch(() => undefined);
      closed.resolve();
    },
  };
};
