import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from '../log/index.ts';
import { backoff } from './embedded-store.ts';
import { deferred, pause } from './wait.ts';
import { within } from './within.ts';

export interface ReaderOptions {
  readonly kafka: Kafka;
  readonly log: Logger;
  readonly topic: string;
  /** Asked for each time a consumer begins. */
  readonly consumer: () => Pick<
    ConsumerConfig,
    'groupId' | 'sessionTimeout' | 'rebalanceTimeout' | 'heartbeatInterval'
  >;
  /** Called each time the consumer has joined its group, before it reads. */
  readonly joined?: (consumer: Consumer) => void;
  readonly eachBatch: (payload: EachBatchPayload, consumer: Consumer) => Promise<void>;
}

/** A consumer that reads until it is stopped. */
export interface Reader {
  /** Stops after the message in hand; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/**
 * Runs a consumer and replaces it whenever it ends. The client's own restart is switched off: it gives up in silence after errors that it
 * takes for final, and one that is under way while we stop would leave a member in the group that reads nothing.
 */
export const startReader = (options: ReaderOptions, stopping: AbortSignal): Reader => {
  const { kafka, log, topic } = options;
  let inHand: Promise<void> = Promise.resolve();

  const readOnce = async (): Promise<void> => {
    const consumer = kafka.consumer({
      ...options.consumer(),
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 100,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    });
    const ended = deferred();
    const stop = (): void => ended.resolve();
    stopping.addEventListener('abort', stop);
    consumer.on(consumer.events.CRASH, ({ payload }) => ended.reject(payload.error));
    consumer.on(consumer.events.GROUP_JOIN, () => options.joined?.(consumer));
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => {
          if (stopping.aborted) return Promise.resolve();
          const work = options.eachBatch(payload, consumer);
          inHand = work.catch(() => undefined);
          return work;
        },
      });
      if (!stopping.aborted) await ended.promise;
    } finally {
      stopping.removeEventListener('abort', stop);
      await inHand;
      await within(consumer.disconnect(), 10_000).catch(() => undefined);
    }
  };
  const run = async (): Promise<void> => {
    for (let failures = 0; !stopping.aborted; failures += 1) {
      const started = Date.now();
      try {
        await readOnce();
      } catch (error) {
        if (Date.now() - started > 60_000) failures = 0;
        log.warn({ err: error, topic }, 'reading the log failed; going on when it is back');
        await pause(backoff(failures), stopping);
      }
    }
  };
  const running = run();
  return { stop: () => running };
};

/** Keeps the membership alive while one message is being handled, however long that takes; `lost` is told when it was lost all the same. */
export const beatWhile = async <T>(
  work: Promise<T>,
  heartbeat: () => Promise<void>,
  lost: () => void = () => undefined,
): Promise<T> => {
  const timer = setInterval(() => {
    heartbeat().catch((error: { type?: string }) => {
      // A rebalance waits for the message in hand; a member that the group no longer knows has nothing more to say.
      if (error.type === 'UNKNOWN_MEMBER_ID' || error.type === 'ILLEGAL_GENERATION') lost();
    });
  }, 1_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
};
