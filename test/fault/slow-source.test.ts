import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { civilStatusHandlers } from '../../adapters/civil-status/handlers.ts';
import { openCivilStatusSource } from '../../adapters/civil-status/source/registry.ts';
import type { Handler, Kit } from '../../adapters/kit/index.ts';
import { transportHandlers } from '../../adapters/transport/handlers.ts';
import { openTransportClient } from '../../adapters/transport/soap-client.ts';
import { localHandler } from '../../services/agent/edge/local-handler.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { freePort } from '../../services/platform/store/index.ts';
import { ASK, ASK_VEHICLE, EXTRACT } from '../support/asks.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';
import { judgeLog } from './judge-log.ts';

describe('a source system that is down or slow', () => {
  let bus: Bus;
  let exchange: Exchange;
  let civil: Kit;
  let transport: Kit;
  let extract: Handler;
  let http: Server;
  let answer: (response: ServerResponse) => void;
  let silent: ReturnType<typeof createTcpServer>;
  const connections = new Set<Socket>();
  const stops: (() => Promise<unknown>)[] = [];
  const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

  beforeAll(async () => {
    const cluster = await sharedCluster();
    bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
    exchange = await startExchange(bus);
    http = createServer((_, response) => answer(response));
    silent = createTcpServer((socket) => {
      connections.add(socket.on('error', () => undefined));
      socket.once('close', () => connections.delete(socket));
      socket.resume();
    });
    for (const server of [http, silent]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    const dead = await openTransportClient(`http://127.0.0.1:${await freePort()}/register`);
    civil = await exchange.kit('civil-status', { [EXTRACT]: (call) => extract(call) });
    transport = await exchange.kit('transport', transportHandlers(dead));
    stops.push(
      () => exchange.stop(),
      () => bus.close(),
      () => cluster.stop(),
    );
  }, 120_000);
  afterAll(async () => {
    for (const socket of connections) socket.destroy();
    http?.closeAllConnections();
    http?.close();
    silent?.close();
    for (const stop of stops) await stop();
  }, 60_000);

  const unavailable = { outcome: 'unavailable', code: 'source-unavailable', by: { kind: 'provider' } };

  test('says 503 with Retry-After: the requester hears of that very time, and never that there is no record', async () => {
    extract = localHandler(EXTRACT, `http://127.0.0.1:${portOf(http)}/`);
    answer = (response) => response.writeHead(503, { 'retry-after': '7' }).end();
    expect(await transport.request(ASK)).toMatchObject({ ...unavailable, retryAfterMs: 7_000 });
  });

  test('breaks the line in the middle of an answer: its provider failed, and there is no word of a record', async () => {
    extract = localHandler(EXTRACT, `http://127.0.0.1:${portOf(http)}/`);
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"outcome": "not-f');
      setTimeout(() => response.destroy(), 20);
    };
    const end = await transport.request(ASK);
    expect(end).toMatchObject({ outcome: 'unavailable', code: 'provider-failed' });
  });

  test('is not there (SOAP): unavailable, with when to ask again', async () => {
    expect(await civil.request(ASK_VEHICLE)).toMatchObject({ ...unavailable, retryAfterMs: expect.any(Number) });
  });

  test('is not there (PostgreSQL): unavailable, with when to ask again', async () => {
    const source = openCivilStatusSource(`postgres://nobody@127.0.0.1:${await freePort()}/none`);
    extract = civilStatusHandlers(source)[EXTRACT] as Handler;
    expect(await transport.request(ASK)).toMatchObject({ ...unavailable, retryAfterMs: expect.any(Number) });
    await source.close();
  });

  /** A source that takes the question and says nothing: the deadline ends it, on every side. */
  const endsAtTheDeadline = async (): Promise<void> => {
    const started = performance.now();
    const end = await transport.request({ ...ASK, deadlineMs: 1_000 });
    expect(end).toMatchObject({ outcome: 'unavailable', code: 'deadline-exceeded' });
    expect(performance.now() - started).toBeLessThan(2_500);
    await until(() => civil.status().inHand === 0, 2_000);
  };

  test('is slow beyond the deadline (HTTP): the handler’s call is broken off then, and nothing is left in hand', async () => {
    extract = localHandler(EXTRACT, `http://127.0.0.1:${portOf(http)}/`);
    let brokenOff = false;
    answer = (response) => {
      response.once('close', () => {
        brokenOff = true;
      });
    };
    await endsAtTheDeadline();
    await until(() => brokenOff, 2_000);
  });

  test('is slow beyond the deadline (PostgreSQL): the same, and the question itself ends soon after', async () => {
    const source = openCivilStatusSource(`postgres://nobody@127.0.0.1:${portOf(silent)}/none`);
    extract = civilStatusHandlers(source)[EXTRACT] as Handler;
    await endsAtTheDeadline();
    await until(() => connections.size === 0, 12_000);
    await source.close();
  });

  test('and whatever it did, each request has its two entries and the chain is whole', async () => {
    const { requested, answered } = await judgeLog(bus, exchange);
    expect(requested.size).toBe(6);
    expect(answered).toEqual(requested);
  });
});
