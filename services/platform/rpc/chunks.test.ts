import { randomBytes } from 'node:crypto';
import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AskResponse, RequestResponse, UploadRequest } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { type Loopback, openLoopback } from '../../../test/support/rpc.ts';
import { ANSWER_CHUNK, CHUNK_BYTES, decodeChunk, encodeChunk, takeAnswer, UPLOAD_CHUNK } from './chunks.ts';
import { CALL_MS, WINDOW_BYTES } from './tls.ts';

const LIMIT = 1_000_000;
const SOON = { timeoutMs: 10_000 };
const NOTHING = { statement: '', privatePart: Buffer.alloc(0) };
const answered = (sealedDocument: Buffer): RequestResponse =>
  RequestResponse.fromPartial({ result: { $case: 'answer', value: { statement: 'said', sealedDocument } } });
const chunk = (value: Buffer): AskResponse => ({ message: { $case: 'chunk', value }, sealedBytes: 0 });
const answer = (sealedBytes: number, sealedDocument = Buffer.alloc(0)): AskResponse =>
  AskResponse.fromPartial({ message: { $case: 'answer', value: { sealedDocument } }, sealedBytes });

describe('a chunk', () => {
  test.each([0, 1, 127, 128, 16_383, 16_384, CHUNK_BYTES])(
    'of %i bytes is written and read as generated code does',
    (size) => {
      const value = randomBytes(size);
      const message = encodeChunk(UPLOAD_CHUNK, value);
      expect(message).toEqual(Buffer.from(UploadRequest.encode({ message: { $case: 'chunk', value } }).finish()));
      expect(decodeChunk(UPLOAD_CHUNK, message)).toEqual(value);
      expect(AskResponse.decode(encodeChunk(ANSWER_CHUNK, value))).toEqual(chunk(value));
    },
  );

  test.each([
    ['another field', encodeChunk(ANSWER_CHUNK, Buffer.from('abc'))],
    ['something after it', Buffer.concat([encodeChunk(UPLOAD_CHUNK, Buffer.from('abc')), Buffer.of(0)])],
    ['less than it says', encodeChunk(UPLOAD_CHUNK, Buffer.from('abc')).subarray(0, -1)],
    ['a length without an end', Buffer.of(0x12, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ['nothing', Buffer.alloc(0)],
  ])('is not seen in %s', (_, message) => {
    expect(decodeChunk(UPLOAD_CHUNK, message)).toBeUndefined();
  });
});

test.each<[string, readonly AskResponse[], string]>([
  ['a chunk before the answer', [chunk(Buffer.of(1))], 'malformed-message'],
  ['a chunk that nobody announced', [answer(0), chunk(Buffer.of(1))], 'malformed-message'],
  ['more than was announced', [answer(2), chunk(Buffer.of(1)), chunk(Buffer.of(2, 3))], 'malformed-message'],
  ['less than was announced', [answer(2), chunk(Buffer.of(1))], 'malformed-message'],
  ['a chunk of nothing', [answer(1), chunk(Buffer.alloc(0)), chunk(Buffer.of(1))], 'malformed-message'],
  ['a second answer', [answer(0), answer(0)], 'malformed-message'],
  ['a document in two ways', [answer(1, Buffer.of(1)), chunk(Buffer.of(1))], 'malformed-message'],
  [
    'a size beside a refusal',
    [AskResponse.fromPartial({ message: { $case: 'refusal', value: {} }, sealedBytes: 1 })],
    'malformed-message',
  ],
  ['nothing at all', [], 'malformed-message'],
  ['a size above the limit', [answer(LIMIT + 1)], 'message-too-large'],
])('a gateway that sends %s is not believed', (_, messages, code) => {
  const taking = takeAnswer(LIMIT);
  expect(() => {
    for (const message of messages) taking.take(message);
    taking.whole();
  }).toThrow(expect.objectContaining({ code }));
});

describe('an answer', () => {
  let loopback: Loopback;
  beforeAll(async () => {
    loopback = await openLoopback();
  });
  afterAll(() => loopback.stop());

  test.each([0, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES - 3])(
    'with %i bytes of document comes whole',
    async (size) => {
      const document = randomBytes(size);
      const { address } = await loopback.serve({ request: async () => answered(document) });
      const { result } = await (await loopback.connect(address)).request(NOTHING, SOON);
      expect(result?.$case).toBe('answer');
      if (result?.$case !== 'answer') return;
      expect(result.value.statement).toBe('said');
      expect(result.value.sealedDocument.equals(document)).toBe(true);
    },
  );

  test('of many megabytes lets those that were asked for after it pass', async () => {
    const document = randomBytes(16 * 1024 * 1024);
    const { address } = await loopback.serve({
      request: async ({ statement }) => answered(statement === 'large' ? document : Buffer.of(1)),
    });
    const connection = await loopback.connect(address);
    await connection.request(NOTHING, SOON);
    const order: string[] = [];
    const ask = async (statement: string): Promise<void> => {
      await connection.request({ ...NOTHING, statement }, SOON);
      order.push(statement);
    };
    const large = ask('large');
    for (const statement of ['first', 'second', 'third']) await ask(statement);
    await large;
    expect(order).toEqual(['first', 'second', 'third', 'large']);
  });

  test('has more room on its way than one chunk takes,', async () => {
    const { address } = await loopback.serve();
    const { cert, key, ca } = await loopback.identity('agency/transport');
    const session = connect(`https://${address}`, { cert, key, ca, checkServerIdentity: () => undefined });
    const windows: number[] = [];
    session.on('remoteSettings', ({ initialWindowSize = 0 }) => windows.push(initialWindowSize));
    await expect
      .poll(() => [windows.at(-1), session.state.remoteWindowSize])
      .toEqual([WINDOW_BYTES.call, WINDOW_BYTES.connection]);
    session.close();
  });

  test('that nobody waits for any more ends its call, however much of it is still to be sent', async () => {
    const giveUp = new AbortController();
    let over = Promise.resolve();
    const { address } = await loopback.serve({
      request: async (_, { signal }) => {
        over = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
        setImmediate(() => giveUp.abort());
        return answered(randomBytes(16 * 1024 * 1024));
      },
    });
    const connection = await loopback.connect(address);
    await expect(connection.request(NOTHING, { ...SOON, signal: giveUp.signal })).rejects.toThrow();
    await over;
  });

  test.each(['Ask', 'Request'])(
    'of %s that is not read ends its call when no deadline can be meant any more',
    async (method) => {
      let over: Promise<void> | undefined;
      const { address } = await loopback.serve({
        request: async (_, { signal }) => {
          over = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
          return answered(randomBytes(3 * CHUNK_BYTES));
        },
      });
      const { cert, key, ca } = await loopback.identity('agency/transport');
      const settings = { initialWindowSize: 0 };
      const session = connect(`https://${address}`, { cert, key, ca, settings, checkServerIdentity: () => undefined });
      const timers = vi.spyOn(globalThis, 'setTimeout');
      const call = session.request({
        ...{ ':method': 'POST', ':path': `/wasl.exchange.v1.RequestService/${method}` },
        ...{ 'content-type': 'application/grpc', te: 'trailers' },
      });
      call.on('error', () => undefined);
      call.end(Buffer.alloc(5));
      await expect.poll(() => over !== undefined).toBe(true);
      const [cut] = timers.mock.calls.find(([, ms]) => ms === CALL_MS) ?? [];
      timers.mockRestore();
      expect(cut).toBeDefined();
      cut?.();
      await over;
      session.destroy();
    },
  );

  test('that was sent whole ends its call too', async () => {
    let over: Promise<void> | undefined;
    const { address } = await loopback.serve({
      request: async (_, { signal }) => {
        over = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
        return answered(randomBytes(3 * CHUNK_BYTES));
      },
    });
    await (await loopback.connect(address)).request(NOTHING, SOON);
    await over;
  });
});
