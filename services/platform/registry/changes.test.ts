import { expect, test } from 'vitest';
import { FollowRegistryResponse } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { sha256 } from '../../kernel/digest.ts';
import { recordDigest } from '../../kernel/registry.ts';
import { makeRegistryReader, NOTHING_TOLD, piecesOf, type Told } from './changes.ts';

/** Nobody verifies here: any texts do. */
const textsOf = (numbers: readonly number[], padding = ''): string[] => numbers.map((n) => `record ${n}${padding}`);
const toldOf = (texts: readonly string[], others: readonly string[] = []): Told => ({
  records: new Set(texts),
  digests: [...texts, ...others].map(recordDigest).sort(),
});
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);
const bytesOf = (messages: readonly FollowRegistryResponse[]): number[] =>
  messages.map((message) => FollowRegistryResponse.encode(message).finish().length);
const send = (before: Told, now: Told, head = 'head'): FollowRegistryResponse[] => [
  ...piecesOf(before, { ...now, head }),
];

test('however much stands, no message is longer than a piece or the one record in it, and the last alone has the head', () => {
  const now = toldOf(textsOf(range(0, 40), 'x'.repeat(640 * 1024)), textsOf(range(40, 50_000)));
  const messages = send(NOTHING_TOLD, now);
  expect(Math.max(...bytesOf(messages))).toBeLessThan(1024 * 1024);
  expect(bytesOf(messages).reduce((sum, bytes) => sum + bytes)).toBeGreaterThan(24 * 1024 * 1024);
  expect(messages.flatMap(({ head }) => head).filter((head) => head !== '')).toEqual(['head']);
  const read = makeRegistryReader();
  const states = messages.map(read);
  expect(states.slice(0, -1).every((state) => state === undefined)).toBe(true);
  expect(states.at(-1)?.digests).toEqual(now.digests);
  expect(states.at(-1)?.records.map(({ text }) => text)).toEqual([...now.records]);
});

test('a head renewed over 50,000 records is sent alone, and a change with what changed', () => {
  const others = textsOf(range(10, 50_000));
  const before = toldOf(textsOf(range(0, 10)), others);
  const first = bytesOf(send(NOTHING_TOLD, before)).reduce((sum, bytes) => sum + bytes);
  expect(first).toBeGreaterThan(2_500_000);
  expect(bytesOf(send(before, { ...before, digests: [...before.digests] }))).toEqual([6]);
  const after = toldOf(textsOf(range(1, 11)), others.slice(1));
  const [message, ...more] = send(before, after);
  expect([message?.records, message?.withdrawn, more]).toEqual([['record 10'], [recordDigest('record 0')], []]);
});

test('whoever reads the changes of a stream holds at each head what the sender holds', () => {
  const read = makeRegistryReader();
  let before = NOTHING_TOLD;
  for (let round = 0; round < 60; round += 1) {
    const chosen = (of: number): number[] =>
      range(0, 30).filter((n) => (sha256(new TextEncoder().encode(`${of} ${n}`))[0] ?? 0) < 128);
    // What concerns the reader, and what stands besides; some go from the one to the other.
    const now = toldOf(textsOf(chosen(round)), textsOf(range(30, 40 + (round % 7))));
    const state = send(before, now, `head ${round}`).map(read).at(-1);
    expect(state?.head).toBe(`head ${round}`);
    expect(state?.digests).toEqual(now.digests);
    expect(new Set(state?.records.map(({ text }) => text))).toEqual(now.records);
    before = now;
  }
});

test('whoever sends without an end and without a head is not listened to for ever', () => {
  const read = makeRegistryReader();
  const record = 'x'.repeat(20 * 1024 * 1024);
  const piece = { records: [record], digests: [], withdrawn: [], head: '' };
  const endless = (): void => {
    for (let sent = 0; sent < 20; sent += 1) read(piece);
  };
  expect(endless).toThrow(expect.objectContaining({ code: 'message-too-large' }));
});
