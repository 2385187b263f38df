import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Kit, loadIdentity, openFileJournal, openKit, silentLogger } from '../../adapters/kit/index.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { issueCertificate } from '../../services/platform/crypto/index.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';
import { type RawClient, rawClient } from '../support/raw-client.ts';
import { judgeLog } from './judge-log.ts';

const HOUR = 3_600_000;
/** The subject about whom the source says nothing before the deadline. */
const HANGS = '0009990009';
type Clock = 'gateway' | 'transport' | 'civil-status';
const EVERY: readonly Clock[] = ['gateway', 'transport', 'civil-status'];

describe('a clock that is set back or forward', () => {
  let bus: Bus;
  let exchange: Exchange;
  let asker: Kit;
  let raw: RawClient;
  const off: Record<string, number> = {};
  const nowOf = (clock: string): number => Date.now() + (off[clock] ?? 0);
  const set = (ms: number, ...clocks: readonly Clock[]): void => {
    for (const clock of clocks) off[clock] = ms;
  };
  /** How often the handler was called for each request. */
  const calls = new Map<string, number>();
  const delivered: string[] = [];
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const cluster = await sharedCluster();
    bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
    exchange = await startExchange(bus, { now: () => nowOf('gateway'), kitNow: nowOf });
    await exchange.kit('civil-status', {
      [EXTRACT]: async ({ requestId, subject, signal }) => {
        calls.set(requestId, (calls.get(requestId) ?? 0) + 1);
        if (subject.value === HANGS) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { kind: 'found', document: personalExtract() };
      },
    });
    asker = await exchange.kit('transport');
    raw = await rawClient(exchange, 'transport');
    stops.push(
      () => exchange.stop(),
      () => bus.close(),
      () => cluster.stop(),
    );
  }, 120_000);
  afterAll(async () => {
    for (const stop of stops) await stop();
  }, 60_000);
  beforeEach(() => set(0, ...EVERY));

  const ask = async (): Promise<string> => {
    const end = await asker.request(ASK);
    if (end.outcome === 'delivered') delivered.push(end.requestId);
    return 'code' in end ? `${end.by.kind} ${end.code}` : end.outcome;
  };

  test.each([
    ['gateway', -HOUR, 'gateway issued-in-future'],
    ['gateway', +HOUR / 2, 'gateway issued-too-old'],
    ['transport', -HOUR, 'gateway issued-too-old'],
    ['transport', +HOUR / 2, 'gateway issued-in-future'],
    ['civil-status', -HOUR, 'provider issued-in-future'],
    ['civil-status', +HOUR / 2, 'provider issued-too-old'],
  ] as const)(
    'of %s alone, by %d ms: refused by who sees it (%s), and served as soon as it is right again',
    async (...of) => {
      const [clock, ms, refused] = of;
      set(ms, clock);
      expect(await ask()).toBe(refused);
      set(0, clock);
      expect(await ask()).toBe('delivered');
    },
  );

  test('of all of them together, back and forth: service goes on, with ids and registry heads from the future', async () => {
    const ends: string[] = [];
    for (const ms of [0, -HOUR, +HOUR / 2, -HOUR, 0]) {
      set(ms, ...EVERY);
      ends.push(await ask());
    }
    expect(ends).toEqual(Array(5).fill('delivered'));
  });

  test('no request is served twice: sent again after the clock went forth and back, it gets its first outcome or none', async () => {
    const made = await raw.make();
    const id = JSON.parse(Buffer.from(made.statement.split('.')[1] ?? '', 'base64url').toString()).jti as string;
    const first = await raw.send(made);
    expect(first.code).toBe('delivered');
    set(+HOUR / 2, ...EVERY);
    expect(await ask()).toBe('delivered');
    expect((await raw.send(made)).code).toBe('issued-too-old');
    set(0, ...EVERY);
    expect(await raw.send(made)).toEqual(first);
    expect(await raw.send(await raw.make({ id: id as never }))).toMatchObject({ code: 'request-replayed' });
    expect(calls.get(id)).toBe(1);
  });

  test('in the middle of a request: it ends at its deadline all the same', async () => {
    const started = performance.now();
    const before = calls.size;
    const ending = asker.request({ ...ASK, deadlineMs: 1_000, subject: { ...ASK.subject, value: HANGS } });
    await until(() => calls.size > before);
    set(-HOUR, ...EVERY);
    expect(await ending).toMatchObject({ outcome: 'unavailable', code: 'deadline-exceeded' });
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  test('beyond the freshness of the registry: nothing is decided from it, until the clock is right again', async () => {
    set(+25 * HOUR, ...EVERY);
    expect(await ask()).toBe('kit registry-stale');
    set(0, 'transport', 'civil-status');
    expect(await ask()).toBe('gateway registry-stale');
    set(0, ...EVERY);
    expect(await ask()).toBe('delivered');
  });

  test('a certificate that is not in force yet is turned away, and its kit connects by itself once it is', async () => {
    const { layout } = exchange;
    const [caCert, caKey] = await Promise.all(
      ['ca.crt', 'ca.key'].map((name) => readFile(join(layout.authority, name), 'utf8')),
    );
    const identity = await loadIdentity(layout.agency('transport'));
    const notBefore = new Date(Date.now() + 2_000);
    const spiffeId = `spiffe://${identity.trustDomain}/agency/transport`;
    const pair = await issueCertificate({ caCert: caCert ?? '', caKey: caKey ?? '', spiffeId, notBefore });
    const journal = await openFileJournal({ dir: join(layout.root, 'early') });
    const kit = openKit({
      identity: { ...identity, tls: { ...identity.tls, ...pair } },
      gateways: [exchange.gateway.address],
      journal,
      log: silentLogger,
    });
    await expect(kit.ready(500)).rejects.toMatchObject({ code: 'gateway-unreachable' });
    await kit.ready(15_000);
    expect((await kit.request(ASK)).outcome).toBe('delivered');
    await kit.drain();
    await kit.close();
    await journal.close();
  });

  test('and after all of it nobody was served twice, and the chain of evidence is whole', async () => {
    expect([...calls.values()].every((count) => count === 1)).toBe(true);
    const { entries } = await judgeLog(bus, exchange, { delivered, calls: calls.size });
    const ofBoot = entries.map(({ entry }) => entry.sequence);
    expect(ofBoot).toEqual([...ofBoot].sort((a, b) => a - b));
  });
});
