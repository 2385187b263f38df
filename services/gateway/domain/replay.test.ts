import { expect, test } from 'vitest';
import { utf8 } from '../../kernel/bytes.ts';
import { digestOf } from '../../kernel/digest.ts';
import { parseRequestId, type RequestId, uuidV7 } from '../../kernel/ids.ts';
import { primitives } from '../../platform/crypto/index.ts';
import type { Exchanged } from './ports.ts';
import { makeReplay } from './replay.ts';

const START = Date.parse('2026-03-01T09:00:00Z');
const newId = (): RequestId => parseRequestId(uuidV7(START, primitives.random(10)));
const digest = digestOf(utf8('a request'));
const answer = (requestId: RequestId, bytes: number): Exchanged => ({
  kind: 'answer',
  requestId,
  statement: '',
  // Each document differs, so that one read from another's place is seen.
  sealedDocument: new Uint8Array(bytes).fill(digestOf(utf8(requestId)).charCodeAt(3)),
  requestedReceipt: '',
  answeredReceipt: '',
});
const at = (outcomeBytes: number) => {
  let elapsed = 0;
  const replay = makeReplay({ elapsedMs: () => elapsed, outcomeBytes });
  const begin = (id: RequestId, issuedAtMs = START) => replay.begin({ id, issuedAtMs }, digest);
  return {
    replay,
    begin,
    advance: (ms: number) => {
      elapsed += ms;
    },
    /** A request that was carried, with an outcome of that size. */
    carried: async (bytes: number): Promise<RequestId> => {
      const id = newId();
      const begun = begin(id);
      if (begun.kind !== 'new') throw new Error(begun.kind);
      begun.conclude(Promise.resolve(answer(id, bytes)));
      await new Promise((resolve) => setImmediate(resolve));
      return id;
    },
  };
};

test('outcomes are kept within their bytes; the large leave the small their room, and the old go before the new', async () => {
  const { replay, begin, carried } = at(600_000);
  const small = await carried(1_000);
  const large = await carried(150_000);
  const newer = await carried(150_000);
  const newest = await carried(150_000);
  expect(replay.bytes()).toBeLessThanOrEqual(600_000);
  expect([small, large, newer, newest].map((id) => begin(id).kind)).toEqual(['same', 'spent', 'same', 'same']);
  await carried(300_000);
  expect(begin(small).kind).toBe('same');
});

test('small outcomes come back byte for byte until newer ones have taken their place, however often that has gone round', async () => {
  const { replay, begin, carried } = at(300_000);
  const sizes = [900, 20_000, 7_003, 31_111, 64];
  const ids: RequestId[] = [];
  for (let round = 0; round < 40; round += 1) ids.push(await carried(sizes[round % sizes.length] as number));
  const kinds = ids.map((id) => begin(id).kind);
  const kept = kinds.indexOf('same');
  expect(kept).toBeGreaterThan(0);
  expect(kinds).toEqual(ids.map((_, index) => (index < kept ? 'spent' : 'same')));
  expect(replay.bytes()).toBeGreaterThan(50_000);
  for (const [index, id] of ids.entries()) {
    if (index < kept) continue;
    const again = begin(id);
    expect(again.kind === 'same' && (await again.outcome)).toEqual(answer(id, sizes[index % sizes.length] as number));
  }
});

test('a refusal comes back as it was', async () => {
  const { begin } = at(300_000);
  const id = newId();
  const refusal: Exchanged = {
    kind: 'refusal',
    requestId: id,
    statement: 'so it was signed: لا',
    receipt: '',
    requestedReceipt: 'r',
    code: 'quota-spent',
  };
  const begun = begin(id);
  if (begun.kind !== 'new') throw new Error(begun.kind);
  const meanwhile = begin(id);
  begun.conclude(Promise.resolve(refusal));
  expect(meanwhile.kind === 'same' && (await meanwhile.outcome)).toEqual(refusal);
  const again = begin(id);
  expect(again.kind === 'same' && (await again.outcome)).toEqual(refusal);
});

test('an outcome that is larger than all the room is not kept, and its request is spent all the same', async () => {
  const { replay, begin, carried } = at(1_000);
  const id = await carried(2_000);
  expect([replay.bytes(), begin(id).kind]).toEqual([0, 'spent']);
});

test('what is forgotten by time is spent, also when a clock set back makes it fresh again', async () => {
  const { replay, begin, carried, advance } = at(1_000_000);
  const id = await carried(1_000);
  advance(3_600_000);
  await carried(1_000);
  expect(begin(id).kind).toBe('spent');
  expect(replay.bytes()).toBeLessThan(2_000);
});

test('ids are remembered in bounded memory; what was issued before one that is forgotten is spent', () => {
  const replay = makeReplay({ elapsedMs: () => 0, outcomeBytes: 0 }, 100);
  const begin = (issuedAtMs: number, id = newId()) => replay.begin({ id, issuedAtMs }, digestOf(utf8(id))).kind;
  const first = newId();
  begin(START, first);
  const kinds = Array.from({ length: 300 }, (_, index) => begin(START + index));
  expect(new Set(kinds)).toEqual(new Set(['new']));
  expect(begin(START + 1_000)).toBe('new');
  expect(begin(START + 50)).toBe('spent');
});
