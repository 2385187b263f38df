import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ask, Kit } from '../../adapters/kit/index.ts';
import { openKafkaBus } from '../../services/platform/bus/kafka.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { isAlive } from '../../services/platform/store/processes.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { FULL_DISK_AVAILABLE, fillDisk, openFiles } from '../support/full-disk.ts';
import { judge } from '../support/judge.ts';
import { KAFKA_AVAILABLE, startKafka, type TestKafka } from '../support/kafka.ts';

const EXTRACT = 'civil-status.personal-extract';
const ASK: Ask = {
  from: 'civil-status',
  documentType: EXTRACT,
  subject: { scheme: 'jo:national-number', value: '0009990001' },
  purpose: 'issue-driving-licence',
  deadlineMs: 4_000,
};
/** Less than one exchange writes. */
const ROOM_BYTES = 2_000;

describe.skipIf(!KAFKA_AVAILABLE || !FULL_DISK_AVAILABLE)('a full disk below the evidence (Apache Kafka)', () => {
  let kafka: TestKafka;
  let bus: Bus;
  let exchange: Exchange;
  let asker: Kit;
  let calls = 0;
  const delivered: string[] = [];

  beforeAll(async () => {
    kafka = await startKafka();
    bus = await openKafkaBus({ brokers: kafka.brokers, singleBroker: true, log: silentLogger });
    exchange = await startExchange(bus, { evidencePatience: 1_500 });
    await exchange.kit('civil-status', {
      [EXTRACT]: async () => {
        calls += 1;
        return { kind: 'found', document: personalExtract() };
      },
    });
    asker = await exchange.kit('transport');
  }, 120_000);
  afterAll(async () => {
    await exchange?.stop();
    await bus?.close();
    await kafka?.stop();
  }, 60_000);

  const ask = async (): Promise<string> => {
    const end = await asker.request(ASK);
    if (end.outcome === 'delivered') delivered.push(end.requestId);
    return 'code' in end ? end.code : end.outcome;
  };

  test('the broker stops itself; requests are refused and nobody is asked until it is back with room', async ({
    skip,
  }) => {
    const { own } = kafka;
    if (own === undefined) return skip();
    // Until the evidence is the longest file that the broker writes.
    for (let count = 0; count < 5; count += 1) await Promise.all(Array.from({ length: 40 }, ask));
    const logs = [...openFiles(own.pid())].filter(([path]) => path.endsWith('.log'));
    const [path, size] = logs.reduce((longest, next) => (next[1] > longest[1] ? next : longest));
    expect(path).toContain('wasl.evidence');
    fillDisk(own.pid(), size + ROOM_BYTES);
    await until(async () => (await ask()) === 'evidence-unavailable', 20_000);
    const served = calls;
    const ends = await Promise.all(Array.from({ length: 20 }, ask));
    expect(new Set(ends)).toEqual(new Set(['evidence-unavailable']));
    expect(calls).toBe(served);
    await until(() => !isAlive(own.pid()), 20_000);
    await own.start();
    await until(async () => (await ask()) === 'delivered', 60_000);
    await judge(bus, exchange, { delivered, calls });
  }, 180_000);
});
