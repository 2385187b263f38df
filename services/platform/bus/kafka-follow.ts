import { randomUUID } from 'node:crypto';
import type { Admin, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from '../log/index.ts';
import { messageOf } from './kafka-message.ts';
import { beatWhile, startReader } from './kafka-reader.ts';
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
 * Follows all partitions. Kafka's client reads in groups alone: these are of its own, commit nothing, and it is placed by hand each time it
 * joins, so that a broker's loss makes it go on from what it has handled.
 */
export const followTopic = async ({ kafka, admin, log }: Parts, options: FollowOptions): Promise<Subscription> => {
  const { topic, handle } = options;
  const { starts, ends } = await placesOf(admin, options);
  const next: Offsets = new Map(starts);
  const caughtUp = deferred();
  const closed = deferred();
  const stopping = new AbortController();
  const check = (): void => {
    if ([...ends].every(([partition, end]) => (next.get(partition) ?? 0n) >= end)) caughtUp.resolve();
  };
  check();

  const read = async (payload: EachBatchPayload): Promise<void> => {
    const { batch, heartbeat, isRunning, isStale, resolveOffset } = payload;
    for (const message of batch.messages) {
      if (stopping.signal.aborted || !isRunning() || isStale()) return;
      const offset = BigInt(message.offset);
      // Read before the place was set, or again after a rejoin.
      if (offset < (next.get(batch.partition) ?? 0n)) continue;
      try {
        await beatWhile((async () => handle(messageOf(topic, batch.partition, message)))(), heartbeat);
      } catch (error) {
        caughtUp.reject(error);
        closed.reject(error);
        stopping.abort();
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
  };
  const reader = startReader(
    {
      kafka,
      log,
      topic,
      // Another group each time: nobody waits for the session of a consumer that a broker's loss has ended.
      consumer: () => ({ groupId: `wasl-follow-${randomUUID()}`, sessionTimeout: 10_000, heartbeatInterval: 1_000 }),
      joined: (consumer) => {
        for (const [partition, offset] of next) consumer.seek({ topic, partition, offset: offset.toString() });
      },
      eachBatch: read,
    },
    stopping.signal,
  );
  return {
    caughtUp: caughtUp.promise,
    closed: closed.promise,
    stop: async () => {
      stopping.abort();
      await reader.stop();
      closed.resolve();
    },
  };
};
