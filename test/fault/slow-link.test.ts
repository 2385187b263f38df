import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Handler,
  type Kit,
  loadIdentity,
  openFileJournal,
  openKit,
  silentLogger,
} from '../../adapters/kit/index.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { ASK, ASK_VEHICLE, EXTRACT, VEHICLE } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';
import { type SwallowingProxy, startSwallowingProxy } from '../support/swallowing-proxy.ts';
import { judgeLog } from './judge-log.ts';

/** Within this a peer that vanished is noticed: a ping every 10 s that has 10 s for its answer; and some more on a loaded machine. */
const NOTICED_MS = 20_000 + 4_000;

describe('a peer that vanishes without a word (half-open TCP)', () => {
  let bus: Bus;
  let exchange: Exchange;
  const stops: (() => Promise<unknown>)[] = [];
  let kits = 0;
  let calls = 0;
  const delivered: string[] = [];

  beforeAll(async () => {
    const cluster = await sharedCluster();
    bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
    exchange = await startExchange(bus);
    stops.push(
      () => exchange.stop(),
      () => bus.close(),
      () => cluster.stop(),
    );
  }, 120_000);
  afterAll(async () => {
    for (const stop of stops) await stop();
  }, 60_000);

  /** A kit whose only way to the gateway is a proxy of its own. */
  const behind = async (agency: string, handlers: Readonly<Record<string, Handler>> = {}) => {
    kits += 1;
    const name = `half-open-${kits}`;
    const proxy: SwallowingProxy = await startSwallowingProxy(exchange.gateway.address);
    const journal = await openFileJournal({ dir: join(exchange.layout.root, name) });
    const identity = await loadIdentity(exchange.layout.agency(agency));
    const kit: Kit = openKit({ identity, gateways: [proxy.address], journal, log: silentLogger });
    for (const [type, handler] of Object.entries(handlers)) kit.provide(type, handler);
    if (Object.keys(handlers).length > 0) kit.attach({ replica: agency, credits: 8 });
    await kit.ready(10_000);
    stops.unshift(async () => {
      await kit.close();
      await journal.close();
      await proxy.stop();
    });
    return { kit, proxy };
  };
  const ask = async (kit: Kit, changes: object = {}) => {
    const started = performance.now();
    const end = await kit.request({
      ...ASK,
      deadlineMs: 55_000,
      ...changes,
    });
    if (end.outcome === 'delivered') delivered.push(end.requestId);
    return { code: 'code' in end ? end.code : end.outcome, tookMs: performance.now() - started };
  };
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://${exchange.gateway.opsAddress}/metrics`)).text();
    return Number(new RegExp(`^wasl_gateway_${name} (\\S+)$`, 'm').exec(text)?.[1]);
  };

  test.concurrent('an adapter: its request ends as provider-lost, and the adapter comes back by itself and serves', async () => {
    let hold = true;
    let called = 0;
    const { kit, proxy } = await behind('transport', {
      [VEHICLE]: ({ signal }) => {
        called += 1;
        return hold
          ? new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'not-found' })))
          : Promise.resolve({ kind: 'not-found' });
      },
    });
    const asker = await exchange.kit('civil-status');
    await until(() => kit.status().attached === 1);
    const ending = ask(asker, ASK_VEHICLE);
    await until(() => called === 1);
    hold = false;
    proxy.vanish();
    const end = await ending;
    expect(end).toMatchObject({ code: 'provider-lost' });
    expect(end.tookMs).toBeLessThan(NOTICED_MS);
    await until(async () => (await ask(asker, ASK_VEHICLE)).code === 'no-such-record', 15_000);
  }, 60_000);

  test.concurrent('a gateway, for a requester: it connects anew and gets the first outcome of its request; the handler ran once', async () => {
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await exchange.kit('civil-status', {
      [EXTRACT]: async () => {
        calls += 1;
        await answered;
        return { kind: 'found', document: personalExtract() };
      },
    });
    const { kit, proxy } = await behind('transport');
    const ending = ask(kit);
    await until(() => calls === 1);
    proxy.vanish();
    answer();
    const end = await ending;
    expect(end).toMatchObject({ code: 'delivered' });
    expect(end.tookMs).toBeLessThan(NOTICED_MS);
    expect(calls).toBe(1);
    expect((await ask(kit)).code).toBe('delivered');
    // The gateway held the first call’s place for as long as it could not know.
    await until(async () => (await metric('requests_in_flight')) === 0, NOTICED_MS);
  }, 60_000);

  test.concurrent('a gateway that nobody reaches any more: the request ends as gateway-unreachable and does not hang', async () => {
    const { kit, proxy } = await behind('transport');
    await proxy.stop();
    const started = performance.now();
    const { code } = await ask(kit, { deadlineMs: 3_000 });
    expect(code).toBe('gateway-unreachable');
    expect(performance.now() - started).toBeLessThan(6_000);
  }, 60_000);

  test('and the chain of evidence is whole, and nothing is held any more', async () => {
    await judgeLog(bus, exchange, { delivered, calls });
    await until(async () => (await metric('requests_in_flight')) === 0 && (await metric('document_bytes')) === 0);
  });
});
