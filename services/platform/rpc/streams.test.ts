import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AttachResponse, UploadRequest } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { type Loopback, openLoopback } from '../../../test/support/rpc.ts';
import { WaslError } from '../../kernel/codes.ts';

let loopback: Loopback;
beforeAll(async () => {
  loopback = await openLoopback();
});
afterAll(() => loopback.stop());

const SOON = { timeoutMs: 10_000 };
const forever = new AbortController().signal;
const deferred = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};
const credit = (credits: number) => ({ message: { $case: 'credit' as const, value: { credits } } });
const cancel = (requestId: string): AttachResponse => ({ message: { $case: 'cancel', value: { requestId } } });

test('both directions of a stream keep their order, and end when either side ends', async () => {
  const { address } = await loopback.serve({
    attach: async (stream) => {
      for await (const { message } of stream.incoming) {
        if (message?.$case === 'credit') await stream.write(cancel(`${message.value.credits}`));
      }
    },
  });
  const stream = (await loopback.connect(address)).attach(forever);
  for (let n = 0; n < 100; n += 1) await stream.write(credit(n));
  stream.end();
  const echoed: string[] = [];
  for await (const { message } of stream.incoming) {
    if (message?.$case === 'cancel') echoed.push(message.value.requestId);
  }
  expect(echoed).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`));
});

test('a writer waits while nobody reads, goes on when somebody does, and is told when nobody ever will', async () => {
  const [read, enough, leave] = [deferred(), deferred(), deferred()];
  let got = 0;
  const { address } = await loopback.serve({
    attach: async ({ incoming }) => {
      await read.promise;
      for await (const _ of incoming) {
        got += 1;
        if (got === 600) break;
      }
      enough.resolve();
      await leave.promise;
    },
  });
  const stream = (await loopback.connect(address)).attach(forever);
  let written = 0;
  const large = {
    message: { $case: 'hello' as const, value: { documentTypes: [], credits: 0, replica: 'x'.repeat(64 * 1024) } },
  };
  const writing = (async () => {
    for (;;) {
      await stream.write(large);
      written += 1;
    }
  })();
  const refused = expect(writing).rejects.toMatchObject({ code: 'gateway-unreachable' });
  let before = -1;
  const stalled = (): boolean => {
    const same = written === before;
    before = written;
    return same && written > 0;
  };
  await expect.poll(stalled, { interval: 100 }).toBe(true);
  expect(written).toBeLessThan(100);
  read.resolve();
  await enough.promise;
  leave.resolve();
  await refused;
});

test('many writers that wait at once all go on', async () => {
  const read = deferred();
  const { address } = await loopback.serve({
    attach: async ({ incoming }) => {
      await read.promise;
      let got = 0;
      for await (const _ of incoming) got += 1;
      throw new WaslError('quota-spent', { agreement: `${got}` });
    },
  });
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  const stream = (await loopback.connect(address)).attach(forever);
  const writes = Array.from({ length: 200 }, (_, n) => stream.write(credit(n)));
  read.resolve();
  await Promise.all(writes);
  stream.end();
  const drain = async () => {
    for await (const _ of stream.incoming);
  };
  await expect(drain()).rejects.toMatchObject({ code: 'quota-spent', params: { agreement: '200' } });
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

test('what was written before a failure arrives before it', async () => {
  const { address } = await loopback.serve({
    attach: async (stream) => {
      await stream.write(cancel('first'));
      throw new WaslError('identity-mismatch', { agency: 'transport' });
    },
    followRegistry: async (_, __, write) => {
      await write({ records: ['r'], head: 'h', digests: [], withdrawn: [] });
      throw new WaslError('registry-unavailable');
    },
  });
  const connection = await loopback.connect(address);
  const attached = connection.attach(forever).incoming[Symbol.asyncIterator]();
  expect((await attached.next()).value).toEqual(cancel('first'));
  await expect(attached.next()).rejects.toMatchObject({ code: 'identity-mismatch' });
  const followed = connection.followRegistry(forever)[Symbol.asyncIterator]();
  expect((await followed.next()).value).toMatchObject({ head: 'h' });
  await expect(followed.next()).rejects.toMatchObject({ code: 'registry-unavailable' });
});

test('a stream to nobody fails where it is read or written, and nowhere else', async () => {
  const server = await loopback.serve();
  await server.stop(0);
  const connection = await loopback.connect(server.address);
  await connection.announce({ timeoutMs: 2_000 }).catch(() => undefined);
  const stream = connection.attach(forever);
  await expect
    .poll(() =>
      stream.write(credit(1)).then(
        () => 'taken',
        (error: WaslError) => error.code,
      ),
    )
    .toBe('gateway-unreachable');
  await expect(stream.incoming[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'gateway-unreachable' });
});

test('a reader that leaves, or aborts, ends the call on the server', async () => {
  const ended = [deferred(), deferred()];
  let calls = 0;
  const { address } = await loopback.serve({
    followRegistry: async (_, { signal }, write) => {
      const call = calls++;
      await write({ records: [], head: 'h', digests: [], withdrawn: [] });
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      ended[call]?.resolve();
    },
  });
  const connection = await loopback.connect(address);
  for await (const _ of connection.followRegistry(forever)) break;
  await ended[0]?.promise;
  const leaving = new AbortController();
  for await (const _ of connection.followRegistry(leaving.signal)) leaving.abort();
  await ended[1]?.promise;
});

test('an upload arrives whole, in chunks, and its refusal is told even while it is being sent', async () => {
  let sizes: number[] = [];
  let refuse = false;
  const { address } = await loopback.serve({
    upload: async (incoming: AsyncIterable<UploadRequest>) => {
      sizes = [];
      for await (const { message } of incoming) {
        if (refuse) throw new WaslError('deadline-exceeded');
        if (message?.$case === 'chunk') sizes.push(message.value.length);
      }
      return {};
    },
  });
  const connection = await loopback.connect(address);
  const sealed = new Uint8Array(5_000_000);
  const start = { requestId: 'r', statement: 's', sealedBytes: sealed.length };
  await connection.upload(start, sealed, SOON);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(sealed.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
  refuse = true;
  await expect(connection.upload(start, sealed, SOON)).rejects.toMatchObject({ code: 'deadline-exceeded' });
});

test('an upload that is given up ends short of its stated size, and aborts its handler', async () => {
  const aborted = deferred();
  const giveUp = new AbortController();
  let size = 0;
  const { address } = await loopback.serve({
    upload: async (incoming, { signal }) => {
      signal.addEventListener('abort', aborted.resolve);
      for await (const { message } of incoming) {
        if (message?.$case === 'chunk') size += message.value.length;
        giveUp.abort();
      }
      return {};
    },
  });
  const sealed = new Uint8Array(5_000_000);
  const start = { requestId: 'r', statement: 's', sealedBytes: sealed.length };
  const upload = (await loopback.connect(address)).upload(start, sealed, { ...SOON, signal: giveUp.signal });
  await expect(upload).rejects.toMatchObject({ code: 'gateway-unreachable' });
  await aborted.promise;
  expect(size).toBeLessThan(sealed.length);
});
