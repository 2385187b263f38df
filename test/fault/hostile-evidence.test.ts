import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Kit } from '../../adapters/kit/index.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { until } from '../support/exchange.ts';
import { type Alarm, type HostileWorld, startHostileWorld } from '../support/hostile.ts';

/** Longer than an entry may be on its way into the log. */
const LATER_MS = 120_000;

/** A gateway that lies to the log: what it hands out at the moment looks good, and the agencies' own journals convict it. */
describe('somebody who owns the gateway’s keys, and the log', () => {
  let world: HostileWorld;
  let asker: Kit;
  let known: readonly Alarm[] = [];

  beforeAll(async () => {
    world = await startHostileWorld();
    const found = async () => ({ kind: 'found' as const, document: personalExtract() });
    await world.kit('civil-status', 'adapter', { [EXTRACT]: found });
    asker = await world.kit('transport', 'requests');
  }, 120_000);
  afterAll(() => world?.stop(), 60_000);
  beforeEach(() => world.hostile.lie('none'));

  /** One exchange under a lie, until both journals hold all that they were given for it. */
  const exchange = async (lie: string): Promise<string> => {
    await world.hostile.lie(lie);
    const before = await world.receipts();
    const { outcome, requestId } = await asker.request(ASK);
    expect(outcome).toBe('delivered');
    // Two and the acknowledgement's for the requester, one and the answer's for the provider.
    await until(async () => (await world.receipts()) === before + 5);
    await world.hostile.lie('none');
    return requestId;
  };
  const unknown = (alarms: readonly Alarm[]): readonly Alarm[] =>
    alarms.filter((alarm) => !known.some((other) => JSON.stringify(other) === JSON.stringify(alarm)));
  /** What the command says two minutes later that it did not say before. */
  const news = async (): Promise<readonly Alarm[]> => {
    const { alarms } = await world.verify(LATER_MS);
    const fresh = unknown(alarms);
    known = alarms;
    return fresh;
  };

  test('no alarm while every promise is kept', async () => {
    await exchange('none');
    expect(await world.verify(LATER_MS)).toEqual({ code: 0, pending: 0, unrecorded: 0, alarms: [] });
  });

  test('keeps an answer to itself: nobody has the document, and the provider is told of an answer that the log does not hold', async () => {
    await world.hostile.lie('keeps the answer to itself');
    expect(await asker.request(ASK)).toMatchObject({ outcome: 'unavailable', code: 'provider-lost' });
    expect(await world.verify(LATER_MS)).toEqual({ code: 0, pending: 0, unrecorded: 1, alarms: [] });
  });

  test('hands back to the provider what is no receipt: receipt-invalid', async () => {
    const requestId = await exchange('hands back junk');
    expect(await news()).toEqual([{ code: 'receipt-invalid', journal: 'adapter', requestId }]);
  });

  test('hands back to the provider the receipt of another entry: receipt-invalid', async () => {
    const requestId = await exchange('hands back another receipt');
    expect(await news()).toEqual([{ code: 'receipt-invalid', journal: 'adapter', requestId }]);
  });

  test('puts junk into the log: evidence-unreadable, and what is good is still read', async () => {
    await exchange('writes junk beside it');
    expect(await news()).toEqual([{ code: 'evidence-unreadable' }]);
  });

  test('tells the log another story than the agencies: evidence-fork in both journals', async () => {
    await exchange('tells the log another story');
    const alarms = await news();
    const forks = alarms.filter(({ code }) => code === 'evidence-fork');
    expect(new Set(forks.map(({ journal }) => journal))).toEqual(new Set(['adapter', 'requests']));
  });

  test.each(['writes nothing down', 'dates its promises in 2100'])(
    '%s, and signs receipts all the same: receipt-broken in both journals, once the time for it is over',
    async (lie) => {
      await exchange(lie);
      const { pending, alarms } = await world.verify(0);
      expect(pending).toBeGreaterThanOrEqual(5);
      expect(unknown(alarms)).toEqual([]);
      const broken = (await news()).filter(({ code }) => code === 'receipt-broken');
      expect(broken.length).toBe(5);
      expect(new Set(broken.map(({ journal }) => journal))).toEqual(new Set(['adapter', 'requests']));
    },
  );

  test('leaves one entry out and goes on: receipt-broken for who holds its promise, and evidence-gap', async () => {
    await exchange('leaves out the answer');
    expect((await news()).map(({ code }) => code)).toContain('receipt-broken');
    const { code, alarms } = await world.verify(LATER_MS);
    expect([code, alarms.map((alarm) => alarm.code).includes('evidence-gap')]).toEqual([1, true]);
  });
});
