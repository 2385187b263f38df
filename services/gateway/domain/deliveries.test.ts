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
const said = { ...same, timeMs: nowMs, journal: { size: 0, head: null } };
const after = (...seen: EntryBody[]) => {
  const deliveries = makeDeliveries(() => nowMs);
  for (const body of seen) deliveries.see(body, nowMs);
  return deliveries;
};

test('a delivery is acknowledged once, and one that was not taken may be said again', () => {
  const deliveries = after(answered);
  expect(deliveries.take(said)).toEqual(answered);
  expect(deliveries.take(said)).toBeUndefined();
  deliveries.see(answered, nowMs);
  expect(deliveries.take(said)).toEqual(answered);
});

test('nothing else is acknowledged: no other answer, another’s, no refusal, none that came too late, none acknowledged elsewhere', () => {
  expect(after(answered).take({ ...said, answer: digestOfText('other') })).toBeUndefined();
  expect(after(answered).take({ ...said, requester: parseAgencyId('health') })).toBeUndefined();
  expect(after({ ...answered, outcome: 'not-found' }).take(said)).toBeUndefined();
  expect(after({ ...answered, late: true }).take(said)).toBeUndefined();
  const received: EntryBody = { kind: 'received', acknowledgement: digestOfText('x'), ...same };
  expect(after(answered, received).take(said)).toBeUndefined();
});

test('a delivery of more than a minute ago waits no more', () => {
  const deliveries = makeDeliveries(() => nowMs);
  deliveries.see(answered, nowMs - 60_000);
  expect(deliveries.take(said)).toBeUndefined();
  deliveries.see(answered, nowMs);
  nowMs += 60_001;
  deliveries.see({ ...answered, requestId: parseRequestId(uuidV7(nowMs, primitives.random(10))) }, nowMs);
  expect(deliveries.take(said)).toBeUndefined();
});
