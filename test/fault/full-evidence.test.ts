import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ask, Kit } from '../../adapters/kit/index.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { FULL_DISK_AVAILABLE, fillDisk } from '../support/full-disk.ts';
import { judge } from '../support/judge.ts';
import { startTestCluster, type TestCluster } from '../support/postgres.ts';

const EXTRACT = 'civil-status.personal-extract';
const ASK: Ask = {
  from: 'civil-status',
  documentType: EXTRACT,
  subject: { scheme: 'jo:national-number', value: '0009990001' },
  purpose: 'issue-driving-licence',
  deadlineMs: 4_000,
};
/** No file of the server grows beyond this: a segment of its write-ahead log has just the room it needs, a full table has none. */
const FULL_AT = 16 * 1024 * 1024;

describe.skipIf(!FULL_DISK_AVAILABLE)('a full disk below the evidence', () => {
  let cluster: TestCluster;
  let bus: Bus;
  let exchange: Exchange;
  let asker: Kit;
  let calls = 0;
  const delivered: string[] = [];

  beforeAll(async () => {
    cluster = await startTestCluster();
    bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
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
    await cluster?.stop();
  }, 60_000);

  const ask = async (): Promise<string> => {
    const end = await asker.request(ASK);
    if (end.outcome === 'delivered') delivered.push(end.requestId);
    return 'code' in end ? end.code : end.outcome;
  };
  /** Fills the table's own pages and those for long values, until the server says that there is no more room. */
  const fillTable = async (): Promise<void> => {
    await bus.ensureTopics([{ name: 'ballast', partitions: 1, cleanup: 'delete', retentionMs: -1 }]);
    for (const [bytes, atOnce] of [
      [200_000, 20],
      [1_900, 500],
      [100, 50],
    ] as const) {
      for (let full = false; !full; ) {
        const records = Array.from({ length: atOnce }, () => ({ key: 'x', value: randomBytes(bytes) }));
        full = await bus.publish('ballast', records).then(
          () => false,
          (error: Error) => /File too large/.test(String(error.cause ?? error)) || Promise.reject(error),
        );
      }
    }
  };

  test('requests are refused and nobody is asked, each time; once there is room, service goes on by itself', async () => {
    expect(await ask()).toBe('delivered');
    const disk = fillDisk(cluster.cluster.pid, FULL_AT);
    try {
      await fillTable();
      const before = calls;
      await until(async () => (await ask()) === 'evidence-unavailable', 20_000);
      const served = calls;
      const ends = await Promise.all(Array.from({ length: 20 }, ask));
      expect(new Set(ends)).toEqual(new Set(['evidence-unavailable']));
      expect(calls).toBe(served);
      // What little room was left may have served a few more.
      expect(served - before).toBe(delivered.length - before);
    } finally {
      disk.room();
    }
    await until(async () => (await ask()) === 'delivered', 20_000);
    const { requested, answered } = await judge(bus, exchange, { delivered, calls });
    expect(requested.size - answered.size).toBeLessThanOrEqual(1);
  }, 90_000);
});
