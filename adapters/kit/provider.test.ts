import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AttachRequest } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import { parseBootId, parseGatewayId } from '../../services/kernel/ids.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { until } from '../../test/support/exchange.ts';
import { request } from '../../test/support/gateway-world.ts';
import { BOOT, type Loopback, openLoopback } from '../../test/support/rpc.ts';
import type { Answered } from './answer.ts';
import type { Journal } from './journal/index.ts';
import { makeProvider } from './provider.ts';

let loopback: Loopback;
beforeAll(async () => {
  loopback = await openLoopback();
});
afterAll(() => loopback.stop());

test('what a gateway offers beyond the credits is answered busy, and its handlers are not called for it', async () => {
  const answers: string[] = [];
  const offers = await Promise.all(Array.from({ length: 5 }, () => request()));
  const { address } = await loopback.serve({
    attach: async (stream) => {
      const messages: AsyncIterator<AttachRequest> = stream.incoming[Symbol.asyncIterator]();
      await messages.next();
      for (const [index, { statement, privatePart }] of offers.entries()) {
        const value = {
          requestId: String(index),
          statement,
          privatePart: Buffer.from(privatePart),
          requestedReceipt: '',
          traceparent: '',
        };
        await stream.write({ message: { $case: 'offer', value } });
      }
      for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
        const { message } = next.value;
        if (message?.$case === 'answer') answers.push(`${message.value.requestId} ${message.value.statement}`);
      }
    },
  });
  const held: (() => void)[] = [];
  const said = (statement: string): Answered => ({ statement, sealed: new Uint8Array() });
  const provider = makeProvider({
    documentTypes: [],
    replica: 'r',
    credits: 2,
    answers: {
      answer: () => new Promise((resolve) => held.push(() => resolve(said('answered')))),
      busy: async () => said('busy'),
    },
    journal: {} as Journal,
    log: silentLogger,
  });
  const gone = new AbortController();
  const connection = await loopback.connect(address, await loopback.identity('agency/civil-status'));
  const link = { connection, reached: () => undefined, show: () => undefined, stop: async () => undefined };
  provider.attach(link, {
    gateway: parseGatewayId('gw-1'),
    boot: parseBootId(BOOT),
    until: gone.signal,
    left: gone.signal,
    hold: () => undefined,
  });
  await until(() => answers.length === 3);
  expect(answers).toEqual(['2 busy', '3 busy', '4 busy']);
  expect(held).toHaveLength(2);
  for (const release of held) release();
  await until(() => answers.length === 5);
  gone.abort();
});
