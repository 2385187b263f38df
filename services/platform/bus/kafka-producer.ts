import type { Kafka, Producer } from 'kafkajs';
import type { Logger } from '../log/index.ts';
import type { BusRecord } from './port.ts';
import { within } from './within.ts';

export interface KafkaProducer {
  publish(topic: string, records: readonly BusRecord[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * An idempotent producer with one batch in flight. When a send ends without a word, the producer behind it is put away and a new one takes
 * its place (a new producer id): what the old one may still write is a repetition that readers drop, and order within a key is kept
 * because the new one starts only after the old one was cut off.
 */
export const openProducer = async (kafka: Kafka, timeoutMs: number, log: Logger): Promise<KafkaProducer> => {
  const open = async (): Promise<Producer> => {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    await producer.connect().catch(async (error) => {
      await producer.disconnect().catch(() => undefined);
      throw error;
    });
    return producer;
  };
  let current: Promise<Producer> = open();
  await current;
  let last: Promise<void> = Promise.resolve();

  const send = async (topic: string, records: readonly BusRecord[], deadline: number): Promise<void> => {
    if (Date.now() >= deadline) throw new Error('the log is away');
    const using = current;
    try {
      const producer = await using;
      await producer.send({
        topic,
        acks: -1,
        timeout: timeoutMs,
        messages: records.map(({ key, value, headers }) => ({
          key,
          value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
          ...(headers === undefined ? {} : { headers: { ...headers } }),
        })),
      });
    } catch (error) {
      if (current === using) {
        log.warn({ err: error, topic }, 'a write to the log failed; its producer is replaced');
        void using.then((producer) => producer.disconnect()).catch(() => undefined);
        current = open();
        current.catch(() => undefined);
      }
      throw error;
    }
  };

  return {
    publish: (topic, records) => {
      if (records.length === 0) return Promise.resolve();
      const deadline = Date.now() + timeoutMs;
      const sent = last.catch(() => undefined).then(() => send(topic, records, deadline));
      last = sent;
      return within(sent, timeoutMs);
    },
    close: async () => {
      await last.catch(() => undefined);
      await current.then((producer) => producer.disconnect()).catch(() => undefined);
    },
  };
};
