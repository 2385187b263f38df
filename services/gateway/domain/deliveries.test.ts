import { expect, test } from 'vitest';
import { digestOfText } from '../../kernel/digest.ts';
import type { EntryBody } from '../../kernel/evidence.ts';
import { parseAgencyId, parseRequestId, uuidV7 } from '../../kernel/ids.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { makeDeliveries } from './deliveries.ts';

let nowMs = 1_000_000;
const requestId = parseRequestId(uuidV7(nowMs, primitives.random(10)));
const same = {
  requestId,
  requester: parseAgencyId('transport'),
  provider: parseAgencyId('civil-status'),
  request: digestOfText('request'),
  answer: digestOfText('answer'),
};
const answered: EntryBody = { kind: 'answered', outcome: 'delivered', ...same };
const { requester, provider, ...held } = same;
const said = { requester, provider, held: [held], timeMs: nowMs, journal: { size: 0, head: null } };
const after = (...seen: EntryBody[]) => {
  const deliveries = makeDeliveries(() => nowMs);
  for (const body of seen) deliveries.see(body, nowMs);
  return deliveries;
};

test('a delivery is acknowledged once, and one that was not taken may be said again', () => {
  const deliveries = after(answered);
  expect(deliveries.take(said)).toEqual([answered]);
  expect(deliveries.take(said)).toEqual([]);
  deliveries.see(answered, nowMs);
  expect(deliveries.take({ ...said, held: [held, held] })).toEqual([answered]);
});

test('of several at once those are acknowledged that wait for it', () => {
  const another = { ...held, requestId: parseRequestId(uuidV7(nowMs, primitives.random(10))) };
  const never = { ...held, requestId: parseRequestId(uuidV7(nowMs, primitives.random(10))) };
  const deliveries = after(answered, { ...answered, ...another });
  expect(deliveries.take({ ...said, held: [never, another, held] })).toEqual([{ ...answered, ...another }, answered]);
});

test('nothing else is acknowledged: no other answer, another’s, no refusal, none that came too late, none acknowledged elsewhere', () => {
  expect(after(answered).take({ ...said, held: [{ ...held, answer: digestOfText('other') }] })).toEqual([]);
  expect(after(answered).take({ ...said, requester: parseAgencyId('health') })).toEqual([]);
  expect(after({ ...answered, outcome: 'not-found' }).take(said)).toEqual([]);
  expect(after({ ...answered, late: true }).take(said)).toEqual([]);
  const received: EntryBody = {
    kind: 'received',
    acknowledgement: digestOfText('x'),
    requester,
    provider,
    deliveries: [held],
  };
  expect(after(answered, received).take(said)).toEqual([]);
});

test('a delivery of more than a minute ago waits no more', () => {
  const deliveries = makeDeliveries(() => nowMs);
  deliveries.see(answered, nowMs - 60_000);
  expect(deliveries.take(said)).toEqual([]);
  deliveries.see(answered, nowMs);
  nowMs += 60_001;
  deliveries.see({ ...answered, requestId: parseRequestId(uuidV7(nowMs, primitives.random(10))) }, nowMs);
  expect(deliveries.take(said)).toEqual([]);
});
