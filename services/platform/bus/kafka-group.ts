import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from '../log/index.ts';
import { backoff } from './embedded-store.ts';
import { messageOf } from './kafka-message.ts';
import { beatWhile, startReader } from './kafka-reader.ts';
import type { BusMessage, BusRecord, GroupOptions, Handled, Subscription } from './port.ts';
import { deferred, pause } from './wait.ts';

interface Parts {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly publish: (topic: string, records: readonly BusRecord[]) => Promise<void>;
  readonly log: Logger;
}

const parked = (message: BusMessage, group: string, reason: string): BusRecord => ({
  key: message.key,
  value: message.value,
  headers: {
    ...message.headers,
    'wasl-park-reason': reason,
    'wasl-park-topic': message.topic,
    'wasl-park-partition': String(message.partition),
    'wasl-park-offset': message.offset.toString(),
    'wasl-park-group': group,
  },
});

/** Joins a consumer group. An offset is committed only after its message is done or parked; until then nothing behind it is handled. */
export const joinGroup = async (
  { kafka, admin, publish, log }: Parts,
  { topic, group, parkingTopic, handle }: GroupOptions,
): Promise<Subscription> => {
  const marks = await admin.fetchTopicOffsets(topic);
  // An empty partition holds nothing to catch up with, wherever its offsets stand.
  const ends = new Map(marks.filter(({ low, high }) => low !== high).map((at) => [at.partition, BigInt(at.high)]));
  const stopping = new AbortController();
  const caughtUp = deferred();
  const closed = deferred();
  /** How often the message at a partition's head was tried. */
  const tries = new Map<number, { readonly offset: bigint; readonly count: number }>();

  const attempt = async (message: BusMessage, signal: AbortSignal): Promise<Handled> => {
    try {
      const handled = await handle(message, signal);
      if (handled.kind === 'park') await publish(parkingTopic, [parked(message, group, handled.reason)]);
      return handled;
    } catch (error) {
      // Not parked is not done, either: the message comes again.
      return { kind: 'retry', reason: String(error) };
    }
  };
  const resume = (consumer: Consumer, partition: number): void => {
    try {
      consumer.resume([{ topic, partitions: [partition] }]);
    } catch {
      // That consumer has ended; the next one begins with nothing put off.
    }
  };
  /** Leaves the partition alone for a while, so that the others go on; it is read again from the message that failed. */
  const putOff = ({ offset, partition }: BusMessage, reason: string, consumer: Consumer): void => {
    const before = tries.get(partition);
    const count = before?.offset === offset ? before.count + 1 : 0;
    tries.set(partition, { offset, count });
    log.warn({ topic, group, partition, offset: offset.toString(), reason }, 'a message is tried again');
    consumer.pause([{ topic, partitions: [partition] }]);
    void pause(backoff(count), stopping.signal).then(() => {
      if (!stopping.signal.aborted) resume(consumer, partition);
    });
  };
  const read = async (payload: EachBatchPayload, consumer: Consumer): Promise<void> => {
    const { batch, heartbeat, isRunning, isStale, resolveOffset, commitOffsetsIfNecessary } = payload;
    const { partition } = batch;
    const lost = new AbortController();
    let next: string | undefined;
    let since = Date.now();
    const commit = async (): Promise<void> => {
      if (next === undefined) return;
      // Not `consumer.commitOffsets`: it hides a lost membership behind retries that cannot succeed.
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: next }] }] });
      next = undefined;
      since = Date.now();
    };
    for (const raw of batch.messages) {
      if (!isRunning() || isStale() || stopping.signal.aborted || lost.signal.aborted) break;
      const message = messageOf(topic, partition, raw);
      const handled = await beatWhile(attempt(message, lost.signal), heartbeat, () => lost.abort());
      if (handled.kind === 'retry') {
        putOff(message, handled.reason, consumer);
        break;
      }
      resolveOffset(raw.offset);
      next = (message.offset + 1n).toString();
      if (handled.kind === 'park' || Date.now() - since > 50) await commit();
      await heartbeat();
    }
    await commit();
  };
  const check = async (): Promise<boolean> => {
    const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const at = new Map(committed[0]?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
    return [...ends].every(([partition, end]) => (at.get(partition) ?? -1n) >= end);
  };
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (await check().catch(() => false)) return caughtUp.resolve();
      await pause(200, stopping.signal);
    }
  };
  const reader = startReader(
    {
      kafka,
      log,
      topic,
      consumer: () => ({ groupId: group, sessionTimeout: 6_000, rebalanceTimeout: 10_000, heartbeatInterval: 500 }),
      eachBatch: read,
    },
    stopping.signal,
  );
  const watching = watch();
  return {
    caughtUp: caughtUp.promise,
    closed: closed.promise,
    stop: async () => {
      stopping.abort();
      await Promise.all([reader.stop(), watching]);
      closed.resolve();
    },
  };
};
