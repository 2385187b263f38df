import { connect as h2connect } from 'node:http2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BOOT, type Loopback, openLoopback } from '../../../test/support/rpc.ts';
import { sentence, WaslError } from '../../kernel/codes.ts';
import { MAX_MESSAGE_BYTES, MAX_TAKEN_BYTES, toStatus } from './errors.ts';

let loopback: Loopback;
beforeAll(async () => {
  loopback = await openLoopback();
});
afterAll(() => loopback.stop());

const NOTHING = { statement: '', privatePart: Buffer.alloc(0) };
const SOON = { timeoutMs: 5_000 };

test('a failure keeps its code and its values, and its status carries both sentences', async () => {
  const refusal = new WaslError('agreement-expired', { agreement: 'a-1' });
  const { address } = await loopback.serve({ request: () => Promise.reject(refusal) });
  const connection = await loopback.connect(address);
  await expect(connection.request(NOTHING, SOON)).rejects.toMatchObject({
    code: 'agreement-expired',
    params: { agreement: 'a-1' },
    message: refusal.message,
  });
  const details = String(toStatus(refusal).metadata.get('grpc-status-details-bin')[0]);
  expect(details).toContain(sentence('agreement-expired', 'en', refusal.params));
  expect(details).toContain(sentence('agreement-expired', 'ar', refusal.params));
});

test('a failure that nobody planned for says nothing of its cause', async () => {
  const { address } = await loopback.serve({ request: () => Promise.reject(new Error('SELECT name FROM citizens')) });
  const error = await (await loopback.connect(address)).request(NOTHING, SOON).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'internal' });
  expect(String((error as Error).cause)).not.toContain('citizens');
});

test('a trace context reaches the handler, and one that is none does not', async () => {
  const seen: (string | undefined)[] = [];
  const { address } = await loopback.serve({
    request: async (_, { traceparent }) => {
      seen.push(traceparent);
      return { result: undefined };
    },
  });
  const connection = await loopback.connect(address);
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await connection.request(NOTHING, { ...SOON, traceparent });
  await connection.request(NOTHING, { ...SOON, traceparent: 'citizen 9991234567' });
  expect(seen).toEqual([traceparent, undefined]);
});

test('a call that is given up, or whose time is over, aborts its handler', async () => {
  const giveUp = new AbortController();
  let aborted = Promise.resolve();
  const { address } = await loopback.serve({
    request: (_, { signal }) => {
      aborted = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      giveUp.abort();
      return new Promise(() => undefined);
    },
  });
  const connection = await loopback.connect(address);
  await expect(connection.request(NOTHING, { ...SOON, signal: giveUp.signal })).rejects.toThrow();
  await aborted;
  await expect(connection.request(NOTHING, { timeoutMs: 200 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
  await aborted;
});

test('a message above the limit is too large in either direction', async () => {
  const { address } = await loopback.serve({
    request: async () => ({
      result: {
        $case: 'refusal',
        value: { statement: 'x'.repeat(MAX_MESSAGE_BYTES), receipt: '', requestedReceipt: '' },
      },
    }),
  });
  const connection = await loopback.connect(address);
  const tooLarge = (limit: number) => ({ code: 'message-too-large', params: { limit } });
  await expect(connection.request(NOTHING, SOON)).rejects.toMatchObject(tooLarge(MAX_MESSAGE_BYTES));
  const privatePart = Buffer.alloc(MAX_TAKEN_BYTES);
  await expect(connection.request({ ...NOTHING, privatePart }, SOON)).rejects.toMatchObject(tooLarge(MAX_TAKEN_BYTES));
});

test('nobody listening is a gateway that cannot be reached; a closed connection is one too', async () => {
  const server = await loopback.serve();
  await server.stop(0);
  const connection = await loopback.connect(server.address);
  await expect(connection.announce(SOON)).rejects.toMatchObject({ code: 'gateway-unreachable' });
  connection.close();
  await expect(connection.announce(SOON)).rejects.toMatchObject({ code: 'gateway-unreachable' });
});

test('a connection finds its gateway again after a restart on the same port', async () => {
  const first = await loopback.serve();
  const connection = await loopback.connect(first.address);
  await connection.announce(SOON);
  await first.stop(0);
  await loopback.serve({}, { listen: first.address });
  await expect
    .poll(() => connection.announce(SOON).catch(() => undefined), { timeout: 10_000 })
    .toMatchObject({
      gateway: 'gw-1',
      boot: BOOT,
    });
});

test('a server that stops lets the call in flight end, and cuts one that takes too long', async () => {
  let arrived = (): void => undefined;
  let finish = (): void => undefined;
  const { serve, connect } = loopback;
  const handlers = {
    request: async () => {
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      arrived();
      await finished;
      return { result: undefined };
    },
  };
  const arrival = (): Promise<void> =>
    new Promise((resolve) => {
      arrived = resolve;
    });
  const patient = await serve(handlers);
  const arrivedThere = arrival();
  const answered = (await connect(patient.address)).request(NOTHING, SOON);
  await arrivedThere;
  const stopped = patient.stop(10_000);
  finish();
  await expect(answered).resolves.toEqual({ result: undefined });
  await stopped;

  const hasty = await serve(handlers);
  const arrivedHere = arrival();
  const cut = (await connect(hasty.address)).request(NOTHING, SOON);
  const failed = expect(cut).rejects.toMatchObject({ code: 'gateway-unreachable' });
  await arrivedHere;
  await hasty.stop(50);
  await failed;
});

/** One gRPC frame by hand; what comes back is the response's bytes and its trailers. */
const post = async (address: string, path: string, message: Buffer) => {
  const { cert, key, ca } = await loopback.identity('agency/transport');
  const session = h2connect(`https://${address}`, { cert, key, ca, checkServerIdentity: () => undefined });
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  let trailers: Record<string, unknown> = {};
  stream.on('trailers', (headers) => {
    trailers = headers;
  });
  stream.on('response', (headers) => {
    trailers = { ...headers, ...trailers };
  });
  stream.end(Buffer.concat([frame, message]));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  session.close();
  return { body: Buffer.concat(chunks), status: trailers['grpc-status'] };
};

test('bytes that are no message reach the handler as an empty one, which it can refuse', async () => {
  let statement: string | undefined;
  const { address } = await loopback.serve({
    request: async (message) => {
      statement = message.statement;
      throw new WaslError('malformed-message', { what: 'request' });
    },
  });
  const { status } = await post(address, '/wasl.exchange.v1.RequestService/Request', Buffer.from([0x0a, 0xff, 0x01]));
  expect({ statement, status }).toEqual({ statement: '', status: '3' });
});

test('health says when the gateway serves, and reflection shows the contracts', async () => {
  const server = await loopback.serve();
  const check = async () => (await post(server.address, '/grpc.health.v1.Health/Check', Buffer.alloc(0))).body.at(-1);
  const [SERVING, NOT_SERVING] = [1, 2];
  expect(await check()).toBe(NOT_SERVING);
  server.setServing(true);
  expect(await check()).toBe(SERVING);
  const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
  const symbol = Buffer.from('wasl.exchange.v1.RequestService');
  const listed = await post(server.address, reflection, Buffer.from([0x3a, 0x01, 0x2a]));
  expect(String(listed.body)).toContain('wasl.exchange.v1.AdapterService');
  const described = await post(server.address, reflection, Buffer.concat([Buffer.from([0x22, symbol.length]), symbol]));
  expect(String(described.body)).toContain('Acknowledge');
});
