import type { Admin, Kafka } from 'kafkajs';
import type { Logger } from '../log/index.ts';
import { backoff } from './embedded-store.ts';
import { messageOf } from './kafka-message.ts';
import type { BusMessage, BusRecord, GroupOptions, Handled, Subscription } from './port.ts';
import { deferred, pause } from './wait.ts';
import { within } from './within.ts';

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
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));
  const stopping = new AbortController();
  const caughtUp = deferred();
  const closed = deferred();
  const consumer = kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    sessionTimeout: 6_000,
    rebalanceTimeout: 10_000,
    heartbeatInterval: 500,
    maxWaitTimeInMs: 100,
    retry: {
      retries: Number.MAX_SAFE_INTEGER,
      initialRetryTime: 100,
      maxRetryTime: 2_000,
      restartOnFailure: async () => !stopping.signal.aborted,
    },
  });
  consumer.on(consumer.events.CRASH, ({ payload }) =>
    log.warn({ err: payload.error, topic, group }, 'the group lost the log; joining again'),
  );

  const attempt = async (message: BusMessage): Promise<Handled> => {
    try {
      return await handle(message, stopping.signal);
    } catch (error) {
      return { kind: 'retry', reason: String(error) };
    }
  };
  /** Whether the message came to its end; false when we stop or the partition is another's by now. */
  const settle = async (message: BusMessage, goOn: () => boolean, heartbeat: () => Promise<void>): Promise<boolean> => {
    for (let tries = 0; goOn(); tries += 1) {
      const handled = await attempt(message);
      if (handled.kind === 'done') return true;
      if (handled.kind === 'park') {
        try {
          await publish(parkingTopic, [parked(message, group, handled.reason)]);
          return true;
        } catch {
          // Not parked is not done: the message comes again.
        }
      }
      log.warn(
        { topic, group, partition: message.partition, offset: message.offset.toString() },
        'a message is tried again',
      );
      await pause(backoff(tries), stopping.signal);
      await heartbeat();
    }
    return false;
  };
  const check = async (): Promise<void> => {
    const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const at = new Map(committed[0]?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
    if ([...ends].every(([partition, end]) => end === 0n || (at.get(partition) ?? -1n) >= end)) caughtUp.resolve();
  };
  const watch = async (): Promise<void> => {
    let open = true;
    void caughtUp.promise.then(() => {
      open = false;
    });
    while (open && !stopping.signal.aborted) {
      await check().catch(() => undefined);
      await pause(200, stopping.signal);
    }
  };

  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, heartbeat, isRunning, isStale, resolveOffset }) => {
      const goOn = (): boolean => isRunning() && !isStale() && !stopping.signal.aborted;
      const commit = async (last: string): Promise<void> => {
        const offset = (BigInt(last) + 1n).toString();
        await consumer.commitOffsets([{ topic, partition: batch.partition, offset }]);
      };
      let done: string | undefined;
      let since = Date.now();
      for (const raw of batch.messages) {
        if (!goOn() || !(await settle(messageOf(topic, batch.partition, raw), goOn, heartbeat))) break;
        resolveOffset(raw.offset);
        done = raw.offset;
        if (Date.now() - since > 50) {
          await commit(done);
          done = undefined;
          since = Date.now();
        }
        await heartbeat();
      }
      if (done !== undefined) await commit(done);
    },
  });
  const watching = watch();
  return {
    caughtUp: caughtUp.promise,
    closed: closed.promise,
    stop: async () => {
      stopping.abort();
      await within(consumer.disconnect(), 15_000).catch(() => undefined);
      await watching;
      closed.resolve();
    },
  };
};
