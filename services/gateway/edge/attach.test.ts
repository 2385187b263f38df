import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { UploadRequest } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { parseAgencyId, parseDocumentType, parseRequestId } from '../../kernel/ids.ts';
import { makeBudget } from '../domain/budget.ts';
import type { OfferEnd } from '../domain/ports.ts';
import { serveUpload } from './attach.ts';
import { makeSessions } from './sessions.ts';

const provider = parseAgencyId('civil-status');
const requester = parseAgencyId('transport');
const documentType = parseDocumentType('civil-status.personal-extract');
const ID = parseRequestId('0190b0a0-0000-7000-8000-000000000001');

/** One replica that has one request in hand, and room for 100 bytes of one party's. */
const inHand = () => {
  const sessions = makeSessions();
  const documents = makeBudget({ inAll: 200, ofOne: 100 });
  const said: string[] = [];
  sessions.open({
    provider,
    replica: 'r',
    types: [documentType],
    credits: 1,
    send: async ({ message }) => void said.push(message?.$case ?? ''),
  });
  const slot = sessions.reserve(provider, documentType);
  if (typeof slot === 'string') throw new Error(slot);
  const offered = { requestId: ID, requester, statement: '', privatePart: new Uint8Array(), requestedReceipt: '' };
  const end: Promise<OfferEnd> = slot.offer(offered, 30_000, () => undefined);
  return { sessions, documents, said, end };
};
const start = (sealedBytes: number): UploadRequest => ({
  message: { $case: 'start', value: { requestId: ID, statement: 's', sealedBytes } },
});
const chunk = (bytes: number): UploadRequest => ({ message: { $case: 'chunk', value: Buffer.alloc(bytes, 1) } });
async function* sent(...messages: readonly UploadRequest[]): AsyncGenerator<UploadRequest> {
  yield* messages;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an upload takes its room before its bytes come, and hands it on with the document', async () => {
  const of = inHand();
  await serveUpload(of, provider, sent(start(90), chunk(60), chunk(30)));
  const end = await of.end;
  if (end.kind !== 'reply') throw new Error(end.kind);
  expect(end.reply.sealedDocument).toHaveLength(90);
  expect(of.documents.held()).toBe(90);
  end.reply.release();
  expect(of.documents.held()).toBe(0);
});

test('an upload without room ends the request as busy, before a byte of it is taken', async () => {
  const of = inHand();
  let read = 0;
  const counted = async function* (): AsyncGenerator<UploadRequest> {
    for (const message of [start(101), chunk(101)]) {
      read += 1;
      yield message;
    }
  };
  await expect(serveUpload(of, provider, counted())).rejects.toMatchObject({ code: 'gateway-busy' });
  expect(await of.end).toEqual({ kind: 'busy' });
  expect([read, of.documents.held(), of.said.at(-1)]).toEqual([1, 0, 'declined']);
});

test.each([
  ['has more bytes than it said', [start(10), chunk(11)], 'malformed-message'],
  ['ends early', [start(10), chunk(9)], 'malformed-message'],
  ['starts twice', [start(10), start(10)], 'malformed-message'],
] as const)('an upload that %s gives its room back', async (_, messages, code) => {
  const of = inHand();
  await expect(serveUpload(of, provider, sent(...messages))).rejects.toMatchObject({ code });
  expect(of.documents.held()).toBe(0);
});

test('an upload that stops in the middle gives its room back after a minute', async () => {
  const of = inHand();
  const stops = async function* (): AsyncGenerator<UploadRequest> {
    yield* sent(start(10), chunk(5));
    await new Promise(() => undefined);
  };
  const ended = expect(serveUpload(of, provider, stops())).rejects.toMatchObject({ code: 'deadline-exceeded' });
  await vi.advanceTimersByTimeAsync(59_000);
  expect(of.documents.held()).toBe(10);
  await vi.advanceTimersByTimeAsync(2_000);
  await ended;
  expect(of.documents.held()).toBe(0);
});
