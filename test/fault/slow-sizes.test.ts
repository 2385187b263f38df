import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Ask } from '../../adapters/kit/index.ts';
import { residentMb } from '../bench/cpu.ts';
import { type CrowdWorld, startCrowdWorld } from '../support/crowd-world.ts';
import { until } from '../support/exchange.ts';
import type { KitProcess, Said } from '../support/kit-process.ts';
import { sharedCluster } from '../support/postgres.ts';
import { judgeLog } from './judge-log.ts';

const MIB = 1024 * 1024;
const SMALL = '0009990001';
/** The provider of these tests answers it with a document of 10 MiB. */
const LARGE = '0000010240';
const ask = (value: string): Ask => ({
  from: 'civil-status',
  documentType: 'civil-status.personal-extract',
  subject: { scheme: 'jo:national-number', value },
  purpose: 'issue-driving-licence',
  deadlineMs: 30_000,
});

describe('documents of 10 MiB', () => {
  let world: CrowdWorld | undefined;
  afterEach(async () => {
    await world?.stop();
  }, 60_000);
  afterAll(async () => (await sharedCluster()).stop(), 60_000);

  const whole = ({ outcome, characters = 0 }: Said): boolean => outcome === 'delivered' && characters > 10 * MIB;
  /** Asks for small documents, one after the other, until the work is done. */
  const meanwhile = async (kit: KitProcess, work: Promise<unknown>): Promise<Said[]> => {
    const ends: Said[] = [];
    let going = true;
    const done = work.finally(() => {
      going = false;
    });
    while (going) ends.push(await kit.ask(ask(SMALL)));
    await done;
    return ends;
  };

  test('beside small ones: all come whole, and the small ones are not held up for the large one’s length', async () => {
    world = await startCrowdWorld();
    const { bus, exchange, provider, kit } = world;
    const [office, archive] = [await kit('transport'), await kit('transport')];
    await until(async () => (await office.ask(ask(SMALL))).outcome === 'delivered');
    const large: Said[] = [];
    const work = (async () => {
      for (let count = 0; count < 2; count += 1) large.push(await archive.ask(ask(LARGE)));
    })();
    const small = await meanwhile(office, work);
    expect(large.filter((end) => !whole(end))).toEqual([]);
    expect(small.filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
    const median = (ends: readonly Said[]): number =>
      ends.map(({ tookMs }) => tookMs).sort((a, b) => a - b)[ends.length >> 1] ?? 0;
    expect(median(small)).toBeLessThan(median(large) / 4);
    const delivered = [...large, ...small].map(({ requestId }) => requestId);
    await judgeLog(bus, exchange, { delivered, calls: provider.calls() });
  }, 90_000);

  test('more than there is room for: the excess is told when to ask again, and comes then; memory stays within its bound', async () => {
    // Room for two at once, each some 18 MiB once it is signed and sealed, and as much for outcomes that are kept.
    world = await startCrowdWorld({ documentBytes: 80 * MIB, outcomeBytes: 40 * MIB });
    const { bus, exchange, gateway, provider, kit } = world;
    const [office, archive] = [await kit('transport'), await kit('transport')];
    await until(async () => (await office.ask(ask(SMALL))).outcome === 'delivered');
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, residentMb(gateway.pid));
    }, 20);
    const delivered: string[] = [];
    const turnedAway: Said[] = [];
    const insist = async (): Promise<void> => {
      const end = await archive.ask(ask(LARGE));
      if (whole(end)) return void delivered.push(end.requestId);
      turnedAway.push(end);
      await wait((end.retryAfterMs ?? 0) * (1 + Math.random()));
      return insist();
    };
    const small = await meanwhile(office, Promise.all(Array.from({ length: 3 }, insist)));
    clearInterval(watching);
    expect(delivered).toHaveLength(3);
    expect(new Set(turnedAway.map(({ code, retryAfterMs }) => `${code} ${retryAfterMs}`))).toEqual(
      new Set(['gateway-busy 1000']),
    );
    expect(small.filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
    expect(most).toBeLessThan(400);
    await judgeLog(bus, exchange, { delivered, calls: provider.calls() });
  }, 120_000);
});
