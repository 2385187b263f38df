import { expect, test } from 'vitest';
import type { AttachResponse } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { parseAgencyId, parseDocumentType, parseRequestId, uuidV7 } from '../../kernel/ids.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { makeSessions } from './sessions.ts';

const provider = parseAgencyId('civil-status');
const requester = parseAgencyId('transport');
const documentType = parseDocumentType('civil-status.birth-certificate');

test('a replica that reads nothing is asked no more after a while, and one beside it goes on', async () => {
  const sessions = makeSessions();
  const open = (replica: string, credits: number, send: () => Promise<void>) =>
    sessions.open({ provider, replica, types: [documentType], credits, send });
  let unread = 0;
  const mute = open('mute', 10_000, () => {
    unread += 1;
    return new Promise(() => undefined);
  });
  /** Asks, and what was asked is over at once: no place stays taken. */
  const ask = (session: typeof mute): string => {
    const slot = sessions.reserve(provider, documentType);
    if (typeof slot === 'string') return slot;
    const requestId = parseRequestId(uuidV7(1, primitives.random(10)));
    const asked = { requestId, requester, statement: '', privatePart: new Uint8Array(), requestedReceipt: '' };
    void slot.offer(asked, 60_000, () => undefined);
    const over = { statement: '', sealedDocument: new Uint8Array(), release: () => undefined };
    return session.returned(requestId, over) ? 'asked' : 'lost';
  };
  const words = Array.from({ length: 2_000 }, () => ask(mute));
  expect(words.filter((word) => word === 'asked').length).toBe(1_000);
  expect(words.at(-1)).toBe('provider-busy');
  expect(unread).toBe(1_000);
  const reading = open('reading', 1, async () => undefined);
  for (let n = 0; n < 2_000; n += 1) {
    expect(ask(reading)).toBe('asked');
    await Promise.resolve();
  }
});

test('a replica that takes nothing new is told once nothing is to come: no offer, and no word of an answer', async () => {
  const sessions = makeSessions();
  const told: string[] = [];
  const send = async ({ message }: AttachResponse): Promise<void> => void told.push(message?.$case ?? '');
  const leaving = sessions.open({ provider, replica: 'leaving', types: [documentType], credits: 2, send });
  const reserved = sessions.reserve(provider, documentType);
  const free = sessions.reserve(provider, documentType);
  if (typeof reserved === 'string' || typeof free === 'string') throw new Error('no place');
  leaving.setCredits(0);
  free.release();
  const requestId = parseRequestId(uuidV7(1, primitives.random(10)));
  const asked = { requestId, requester, statement: '', privatePart: new Uint8Array(), requestedReceipt: '' };
  const ended = reserved.offer(asked, 60_000, () => undefined);
  leaving.returned(requestId, { statement: '', sealedDocument: new Uint8Array(), release: () => undefined });
  const end = await ended;
  expect(told).toEqual(['offer']);
  if (end.kind === 'reply') end.reply.recorded('receipt');
  expect(told).toEqual(['offer', 'recorded', 'drained']);
});
