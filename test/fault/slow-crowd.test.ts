import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { residentMb } from '../bench/cpu.ts';
import { ASK, ASK_VEHICLE } from '../support/asks.ts';
import { type CrowdWorld, startCrowdWorld } from '../support/crowd-world.ts';
import { until } from '../support/exchange.ts';
import type { KitProcess, Said } from '../support/kit-process.ts';
import { sharedCluster } from '../support/postgres.ts';
import { rawClient } from '../support/raw-client.ts';
import { judgeLog } from './judge-log.ts';

const PATIENT = { ...ASK, deadlineMs: 30_000 };
const GATEWAY_MB = 300;

describe('a crowd of callers', () => {
  let world: CrowdWorld | undefined;
  const start = async (...of: Parameters<typeof startCrowdWorld>): Promise<CrowdWorld> => {
    world = await startCrowdWorld(...of);
    return world;
  };
  afterEach(async () => {
    await world?.stop();
  }, 60_000);
  afterAll(async () => (await sharedCluster()).stop(), 60_000);

  const atOnce = (kit: KitProcess, callers: number): Promise<Said[]> =>
    Promise.all(Array.from({ length: callers }, () => kit.ask(PATIENT)));
  const tally = (ends: readonly Said[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { code, outcome } of ends) counts[code ?? outcome] = (counts[code ?? outcome] ?? 0) + 1;
    return counts;
  };

  test('1,000 at once through one gateway: each ends with a value, and each is served who asks again when it was told to', async () => {
    const { bus, exchange, gateway, provider, kit } = await start();
    const asker = await kit('transport');
    await until(async () => (await asker.ask(PATIENT)).outcome === 'delivered');
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, residentMb(gateway.pid));
    }, 50);
    const first = await atOnce(asker, 1_000);
    expect(first).toHaveLength(1_000);
    expect(Object.keys(tally(first)).filter((end) => end !== 'delivered' && end !== 'provider-busy')).toEqual([]);
    const turnedAway = first.filter(({ outcome }) => outcome !== 'delivered');
    expect(turnedAway.every(({ retryAfterMs = 0 }) => retryAfterMs > 0)).toBe(true);
    const delivered = first.flatMap(({ outcome, requestId }) => (outcome === 'delivered' ? [requestId] : []));

    const again = async ({ retryAfterMs = 0 }: Said): Promise<Said> => {
      await wait(retryAfterMs * (1 + Math.random()));
      const end = await asker.ask(PATIENT);
      return end.outcome === 'delivered' ? end : again(end);
    };
    const served = await Promise.all(turnedAway.map(again));
    clearInterval(watching);
    delivered.push(...served.map(({ requestId }) => requestId));
    expect(new Set(delivered).size).toBe(1_000);
    expect(most).toBeLessThan(GATEWAY_MB);

    const normal = [];
    for (let count = 0; count < 20; count += 1) normal.push(await asker.ask(PATIENT));
    expect(tally(normal)).toEqual({ delivered: 20 });
    await judgeLog(bus, exchange, { delivered, calls: provider.calls() });
  }, 90_000);

  test('beyond the places of one agency: told to ask again by the gateway, each of them in the evidence, and no other agency is', async () => {
    const { bus, exchange, provider, kit } = await start({ requestsOfOneAgency: 40 });
    const [asker, other] = [await kit('transport'), await kit('civil-status')];
    await until(async () => (await asker.ask(PATIENT)).outcome === 'delivered');
    const crowd = atOnce(asker, 400);
    const neighbour = await other.ask(ASK_VEHICLE);
    const ends = await crowd;
    const busy = ends.filter(({ code }) => code === 'gateway-busy');
    expect(busy.length).toBeGreaterThan(0);
    expect(tally(ends)).toEqual({ delivered: 400 - busy.length, 'gateway-busy': busy.length });
    expect(busy.every(({ by, retryAfterMs }) => by.kind === 'gateway' && retryAfterMs === 1_000)).toBe(true);
    expect(neighbour.code).toBe('provider-not-connected');

    const recorded = async (): Promise<number> => {
      const { entries } = await judgeLog(bus, exchange, { calls: provider.calls() });
      return entries.reduce((sum, { entry: { body } }) => {
        if (body.kind === 'refusals') return sum + (body.codes['gateway-busy'] ?? 0);
        return sum + (body.kind === 'refused' && body.code === 'gateway-busy' ? 1 : 0);
      }, 0);
    };
    await until(async () => (await recorded()) === busy.length);
  }, 60_000);

  test('a request sent again after its outcome had to make room: told to ask anew, and never carried a second time', async () => {
    const { bus, exchange, provider } = await start({ outcomeBytes: 1 });
    const raw = await rawClient(exchange, 'transport');
    let made = await raw.make();
    await until(async () => {
      made = await raw.make();
      return (await raw.send(made)).code === 'delivered';
    });
    const calls = provider.calls();
    const ends = await Promise.all(Array.from({ length: 5 }, () => raw.send(made)));
    expect(new Set(ends.map(({ code, by }) => `${by} ${code}`))).toEqual(new Set(['gateway outcome-not-kept']));
    expect(provider.calls()).toBe(calls);
    await judgeLog(bus, exchange, { calls });
    raw.connection.close();
  }, 60_000);
});
