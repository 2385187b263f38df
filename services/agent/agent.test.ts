import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ASK, EXTRACT } from '../../test/support/asks.ts';
import { personalExtract } from '../../test/support/documents.ts';
import { type Exchange, startExchange, until } from '../../test/support/exchange.ts';
import { sharedCluster } from '../../test/support/postgres.ts';
import { openEmbeddedBus } from '../platform/bus/embedded.ts';
import { silentLogger } from '../platform/log/index.ts';
import type { ApiServer } from '../platform/web/index.ts';
import { startAgent } from './app.ts';
import { localHandler, readProvide } from './edge/local-handler.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
const found: Answer = json(200, { outcome: 'found', document: personalExtract() });

describe('the agent, over a real exchange', () => {
  let exchange: Exchange;
  let agent: ApiServer;
  let ministry: Server;
  let answer: Answer = found;
  let asked: string[] = [];
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const cluster = await sharedCluster();
    const bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
    exchange = await startExchange(bus);
    ministry = createServer((incoming, response) => {
      let body = '';
      incoming.on('data', (chunk) => {
        body += chunk;
      });
      incoming.on('end', () => {
        asked.push(body);
        answer(incoming, response, body);
      });
    });
    await new Promise<void>((resolve) => ministry.listen(0, '127.0.0.1', resolve));
    const { port } = ministry.address() as AddressInfo;
    const [type, url] = readProvide(`${EXTRACT}=http://127.0.0.1:${port}/extracts`);
    await exchange.kit('civil-status', { [type]: localHandler(type, url) });
    const kit = await exchange.kit('transport');
    agent = await startAgent({ kit, agency: 'transport', listen: '127.0.0.1:0', log: silentLogger, callsAtOnce: 8 });
    stops.push(
      () => agent.stop(),
      () => exchange.stop(),
      () => bus.close(),
      () => cluster.stop(),
    );
  }, 120_000);
  afterAll(async () => {
    for (const stop of stops) await stop();
    ministry?.closeAllConnections();
    ministry?.close();
  }, 60_000);
  beforeEach(() => {
    answer = found;
    asked = [];
  });

  const post = async (body: unknown, headers: Record<string, string> = {}, path = '/v1/requests') => {
    const response = await fetch(`http://${agent.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the object is what the tests look into.
    return { status: response.status, headers: response.headers, body: (await response.json()) as any };
  };

  test('a document asked for over HTTP, and answered by a ministry’s own HTTP handler', async () => {
    const { status, headers, body } = await post({ ...ASK, caseReference: 'C-1' });
    expect([status, body.outcome]).toEqual([200, 'delivered']);
    expect(body.document.nationalNumber).toBe('0009990001');
    expect(body.document).not.toHaveProperty('motherName');
    expect(body.receipt.entry).toContain('answered');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(JSON.parse(asked[0] ?? '')).toMatchObject({
      documentType: EXTRACT,
      subject: ASK.subject,
      purpose: ASK.purpose,
    });
  });

  test('a refusal is problem+json in the caller’s language, with its receipt', async () => {
    const { status, headers, body } = await post(
      { ...ASK, purpose: 'curiosity' },
      { 'accept-language': 'ar-JO, en;q=0.5' },
    );
    expect(status).toBe(403);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({
      code: 'purpose-not-agreed',
      title: 'رُفض الطلب',
      outcome: 'refused',
      nextMove: 'requester',
    });
    expect(body.detail).toBe(body.message.ar);
    expect(body.receipt).not.toBeNull();
    expect((await post({ ...ASK, purpose: 'curiosity' })).body.detail).toBe(body.message.en);
  });

  test.each<[string, Answer, number, string]>([
    ['not-found', json(200, { outcome: 'not-found' }), 200, 'no-such-record'],
    ['ambiguous', json(200, { outcome: 'ambiguous' }), 403, 'ambiguous-subject'],
    ['a bare 404, which is no word on a record', json(404, {}), 503, 'provider-failed'],
    ['an outcome that nobody knows', json(200, { outcome: 'perhaps' }), 503, 'provider-failed'],
    ['a redirect, which is not followed', json(302, {}, { location: '/elsewhere' }), 503, 'source-unavailable'],
    ['503', json(503, {}, { 'retry-after': '7' }), 503, 'source-unavailable'],
    ['a connection that breaks', (request) => request.socket.destroy(), 503, 'source-unavailable'],
    [
      'a document that breaks its schema',
      json(200, { outcome: 'found', document: personalExtract({ sex: 'x' }) }),
      403,
      'schema-invalid-answer',
    ],
    [
      '17 MiB',
      json(200, { outcome: 'found', document: { asOf: 'x', name: 'x'.repeat(17 * 1024 * 1024) } }),
      403,
      'message-too-large',
    ],
  ])('a handler that says %s', async (_, says, status, code) => {
    answer = says;
    const end = await post(ASK);
    expect([end.status, end.body.code]).toEqual([status, code]);
  });

  test('a handler that says 503 passes on when to come back', async () => {
    answer = json(503, {}, { 'retry-after': '7' });
    expect((await post(ASK)).headers.get('retry-after')).toBe('7');
  });

  test('a handler that hangs is let go at the deadline', async () => {
    let closed = false;
    answer = (_, response) => {
      response.once('close', () => {
        closed = true;
      });
    };
    const { status, body } = await post({ ...ASK, deadlineMs: 500 });
    expect([status, body.code]).toEqual([503, 'deadline-exceeded']);
    await until(() => closed);
  });

  test('a deferred answer is collected with its ticket', async () => {
    answer = json(200, { outcome: 'deferred', ticket: 'T-5', retryAfterMs: 1_500 });
    const first = await post(ASK);
    expect([first.status, first.headers.get('retry-after')]).toEqual([202, '2']);
    answer = found;
    const end = await post({ ticket: first.body.ticket }, {}, '/v1/tickets/collect');
    expect([end.status, end.body.outcome]).toEqual([200, 'delivered']);
    expect(JSON.parse(asked[1] ?? '').collects).toEqual({ requestId: first.body.requestId, ticket: 'T-5' });
    expect((await post({ ticket: 'T-5' }, {}, '/v1/tickets/collect')).body.code).toBe('ticket-unreadable');
  });

  test('one Idempotency-Key makes one request, also while it is under way; another body under it is refused', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const both = await Promise.all([post(ASK, key), post(ASK, key)]);
    const again = await post(ASK, key);
    expect(asked.length).toBe(1);
    expect(new Set([...both, again].map(({ body }) => body.requestId)).size).toBe(1);
    const other = await post({ ...ASK, caseReference: 'C-2' }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  test('under a key that ended unavailable it is asked again', async () => {
    const key = { 'idempotency-key': 'k-2' };
    answer = json(503, {});
    expect((await post(ASK, key)).status).toBe(503);
    answer = found;
    expect((await post(ASK, key)).status).toBe(200);
  });

  test.each<[string, unknown, Record<string, string>, string, number, string]>([
    ['a member that nobody knows', { ...ASK, subjekt: 1 }, {}, '/v1/requests', 400, 'request-invalid'],
    ['a member that is missing', { from: 'x' }, {}, '/v1/requests', 400, 'request-invalid'],
    ['a deadline above 60 s', { ...ASK, deadlineMs: 60_001 }, {}, '/v1/requests', 400, 'request-invalid'],
    ['a name given twice', '{"from":"a","from":"b"}', {}, '/v1/requests', 400, 'duplicate-json-name'],
    ['half a body', '{"from":', {}, '/v1/requests', 400, 'malformed-message'],
    ['a body of another kind', 'x', { 'content-type': 'text/plain' }, '/v1/requests', 415, 'media-type-unsupported'],
    ['a body above 64 KiB', { ...ASK, officer: 'x'.repeat(70_000) }, {}, '/v1/requests', 413, 'message-too-large'],
    ['an agency id that is none', { ...ASK, from: 'No Body' }, {}, '/v1/requests', 400, 'malformed-message'],
    ['another path', {}, {}, '/v2/requests', 404, 'no-such-route'],
  ])('%s gets a problem with a stable code in both languages', async (_, body, headers, path, status, code) => {
    const end = await post(body, headers, path);
    expect([end.status, end.body.code]).toEqual([status, code]);
    expect(end.headers.get('content-type')).toContain('application/problem+json');
    expect(end.body.message.en.length * end.body.message.ar.length).toBeGreaterThan(0);
    expect(asked).toEqual([]);
  });

  test('a page that rebinds a name of its own to loopback is not answered', async () => {
    const [, port] = agent.address.split(':');
    const status = await new Promise<number>((resolve, reject) => {
      const call = request(
        { host: '127.0.0.1', port, path: '/v1/catalog', headers: { host: 'evil.example' } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      call.on('error', reject);
      call.end();
    });
    expect(status).toBe(421);
  });

  test('with a token it answers only who bears it, and without one it listens on loopback alone', async () => {
    const kit = await exchange.kit('transport');
    const of = { kit, agency: 'transport', log: silentLogger, callsAtOnce: 8 };
    const guarded = await startAgent({ ...of, listen: '127.0.0.1:0', token: 'secret' });
    const get = async (authorization?: string) =>
      (
        await fetch(`http://${guarded.address}/v1/catalog`, {
          headers: authorization === undefined ? {} : { authorization },
        })
      ).status;
    expect([await get(), await get('Bearer wrong'), await get('Bearer secret')]).toEqual([401, 401, 200]);
    await expect(startAgent({ ...of, listen: guarded.address })).rejects.toMatchObject({
      code: 'config-invalid',
      params: { what: `${guarded.address} is in use already` },
    });
    await guarded.stop();
    await expect(startAgent({ ...of, listen: '0.0.0.0:0' })).rejects.toMatchObject({ code: 'config-invalid' });
    expect(() => readProvide('a.b=https://example.org/')).toThrow(expect.objectContaining({ code: 'config-invalid' }));
  });

  test('calls beyond what it takes at once are told when to come again, and the others are served', async () => {
    const held: (() => void)[] = [];
    answer = (...of) => void held.push(() => found(...of));
    const taken = Array.from({ length: 8 }, () => post(ASK));
    await until(() => held.length === 8);
    const { status, headers, body } = await post(ASK);
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'agent-busy', '1']);
    for (const release of held) release();
    expect((await Promise.all(taken)).map((each) => each.status)).toEqual(Array(8).fill(200));
    answer = found;
    expect((await post(ASK)).status).toBe(200);
  });

  test('the catalog says what may be asked and the description speaks of every route', async () => {
    const get = async (path: string) => (await fetch(`http://${agent.address}${path}`)).json() as Promise<never>;
    const catalog = (await get('/v1/catalog')) as {
      documents: { documentType: string; mayAsk: { purpose: string }[] }[];
    };
    const extract = catalog.documents.find(({ documentType }) => documentType === EXTRACT);
    expect(extract?.mayAsk.map(({ purpose }) => purpose)).toEqual(['issue-driving-licence']);
    const described = (await get('/v1/openapi.json')) as { openapi: string; paths: object };
    expect(described.openapi).toBe('3.1.0');
    expect(Object.keys(described.paths).sort()).toEqual(['/v1/catalog', '/v1/requests', '/v1/tickets/collect']);
  });
});
