import { readFile } from 'node:fs/promises';
import { SchemaRegistry as Client, SchemaType } from '@kafkajs/confluent-schema-registry';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { personalExtract } from '../support/documents.ts';
import { KAFKA_AVAILABLE, startKafka, type TestKafka } from '../support/kafka.ts';
import { CREDENTIALS, type SchemaRegistry, startSchemaRegistry } from '../support/schema-api.ts';

let registry: SchemaRegistry;
beforeAll(async () => {
  registry = await startSchemaRegistry();
}, 60_000);
afterAll(() => registry.stop());

const json = (schema: object, references?: { name: string; subject: string; version: number }[]) => ({
  type: SchemaType.JSON as const,
  schema: JSON.stringify(schema),
  ...(references === undefined ? {} : { references }),
});
const clientOf = (auth = CREDENTIALS): Client => new Client({ host: registry.url, auth, retry: { retries: 0 } });
const person = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: { name: { type: 'string' }, birthYear: { type: 'integer' } },
  required: ['name'],
};
const wider = { ...person, properties: { ...person.properties, birthYear: { type: ['integer', 'null'] } } };
const breaking = { ...person, required: ['name', 'birthYear'] };
const framed = (id: number): Buffer => Buffer.from([0, 0, 0, 0, id]);

describe('@kafkajs/confluent-schema-registry, as it is', () => {
  test('registers, and reads what another client has framed', async () => {
    const writer = clientOf();
    const { id } = await writer.register(json(person), { subject: 'people-value' });
    expect((await writer.register(json(person), { subject: 'people-value' })).id).toBe(id);
    const bytes = await writer.encode(id, { name: 'Reem', birthYear: 1990 });
    expect(bytes.subarray(0, 5)).toEqual(framed(id));
    const reader = clientOf();
    expect(await reader.decode(bytes)).toEqual({ name: 'Reem', birthYear: 1990 });
    expect(await reader.getLatestSchemaId('people-value')).toBe(id);
    expect(await reader.getRegistryId('people-value', 1)).toBe(id);
    expect(await reader.getRegistryIdBySchema('people-value', json(person))).toBe(id);
    await expect(writer.encode(id, { name: 7 })).rejects.toThrow('invalid payload');
  });

  test('registers a compatible next version, and is told what an incompatible one breaks', async () => {
    const client = clientOf();
    const first = await client.register(json(person), { subject: 'evolving-value' });
    const second = await client.register(json(wider), { subject: 'evolving-value' });
    expect(second.id).not.toBe(first.id);
    const refused = client.register(json(breaking), { subject: 'evolving-value' });
    await expect(refused).rejects.toMatchObject({ status: 409, message: expect.stringContaining('birthYear') });
    expect((await registry.call('GET', '/config/evolving-value')).body).toEqual({ compatibilityLevel: 'BACKWARD' });
  });

  test('follows references to registered schemas', async () => {
    const client = clientOf();
    const address = {
      $id: 'https://example.org/address.json',
      type: 'object',
      properties: { city: { type: 'string' } },
    };
    await client.register(json(address), { subject: 'address' });
    const references = [{ name: 'https://example.org/address.json', subject: 'address', version: 1 }];
    const whole = json(
      { type: 'object', properties: { home: { $ref: 'https://example.org/address.json' } } },
      references,
    );
    const { id } = await client.register(whole, { subject: 'citizens-value' });
    const bytes = await client.encode(id, { home: { city: 'Amman' } });
    expect(await clientOf().decode(bytes)).toEqual({ home: { city: 'Amman' } });
    await expect(clientOf().encode(id, { home: { city: 7 } })).rejects.toThrow('invalid payload');
  });

  test('frames a document of the bus by the schema of its type', async () => {
    const schema = await readFile('schemas/civil-status.personal-extract.v1.json', 'utf8');
    await registry.register('civil-status.personal-extract.v1', schema);
    const ajvInstance = new Ajv2020({ strict: false, formats: { date: true, 'date-time': true } });
    const options = { [SchemaType.JSON]: { ajvInstance } };
    const client = new Client({ host: registry.url }, options as never);
    const id = await client.getLatestSchemaId('civil-status.personal-extract.v1');
    const document = personalExtract();
    expect(await client.decode(await client.encode(id, document))).toEqual(document);
    await expect(client.encode(id, { ...document, sex: 'x' })).rejects.toThrow('invalid payload');
  });

  test('is refused AVRO, a wrong password and an unknown subject in the words that it knows', async () => {
    const avro = { type: 'record', name: 'P', namespace: 'n', fields: [{ name: 'a', type: 'string' }] } as const;
    await expect(clientOf().register(avro as never)).rejects.toMatchObject({ status: 422 });
    const stranger = clientOf({ ...CREDENTIALS, password: 'wrong' });
    await expect(stranger.register(json(person), { subject: 'x' })).rejects.toMatchObject({ status: 401 });
    await expect(clientOf().getLatestSchemaId('nobody')).rejects.toMatchObject({ status: 404 });
    await expect(clientOf().decode(Buffer.concat([framed(250), Buffer.from('{}')]))).rejects.toMatchObject({
      status: 404,
    });
  });
});

describe.skipIf(!KAFKA_AVAILABLE)('the same client beside a stock Kafka client', () => {
  let broker: TestKafka;
  beforeAll(async () => {
    broker = await startKafka();
  }, 120_000);
  afterAll(() => broker?.stop());

  test('what is produced under one version is consumed beside what is produced under the next', async () => {
    const kafka = new Kafka({ clientId: 'stock', brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic: 'people', numPartitions: 1, replicationFactor: 1 }],
      waitForLeaders: true,
    });
    await admin.disconnect();

    const writing = clientOf();
    const old = await writing.register(json(person), { subject: 'people-of-kafka-value' });
    const next = await writing.register(json(wider), { subject: 'people-of-kafka-value' });
    const producer = kafka.producer();
    await producer.connect();
    const sent = [
      { id: old.id, value: { name: 'Reem', birthYear: 1990 } },
      { id: next.id, value: { name: 'وليد', birthYear: null } },
    ];
    for (const { id, value } of sent) {
      await producer.send({ topic: 'people', messages: [{ key: 'k', value: await writing.encode(id, value) }] });
    }
    await producer.disconnect();

    const reading = clientOf();
    const consumer = kafka.consumer({ groupId: 'readers' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'people', fromBeginning: true });
    const seen: unknown[] = [];
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
        seen.push(await reading.decode(message.value ?? Buffer.alloc(0)).catch(reject));
        if (seen.length === sent.length) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    await consumer.disconnect();
    expect(seen).toEqual(sent.map(({ value }) => value));
  }, 120_000);
});
