import type { KafkaMessage } from 'kafkajs';
import type { BusMessage } from './port.ts';

const textOf = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('utf8') : String(value ?? ''));

export const messageOf = (topic: string, partition: number, message: KafkaMessage): BusMessage => ({
  topic,
  partition,
  offset: BigInt(message.offset),
  key: textOf(message.key),
  value: new Uint8Array(message.value ?? new Uint8Array()),
  headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, textOf(value)])),
  timeMs: Number(message.timestamp),
});
