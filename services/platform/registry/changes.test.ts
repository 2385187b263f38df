import { expect, test } from 'vitest';
import { FollowRegistryResponse } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { type HeldRecord, holdRecord } from '../../kernel/copy.ts';
import { sha256 } from '../../kernel/digest.ts';
import { recordDigest } from '../../kernel/registry.ts';
import { makeRegistryReader, NOTHING_TOLD, piecesOf, type Telling, type Told, toldOf } from './changes.ts';

/** Nobody verifies here: any texts do. */
const textsOf = (numbers: readonly number[], padding = ''): string[] => numbers.map((n) => `record ${n}${padding}`);
const tellingOf = (texts: readonly string[], others: readonly string[] = [], head = 'head'): Telling => ({
  records: texts.map((text) => holdRecord(text)),
  digests: [...texts, ...others].map(recordDigest).sort(),
  head,
});
const textsIn = (records: readonly HeldRecord[] = []): string[] => records.map(({ text }) => text.read());
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);
const bytesOf = (messages: readonly FollowRegistryResponse[]): number[] =>
  messages.map((message) => FollowRegistryResponse.encode(message).finish().length);
const send = (before: Told, now: Telling): FollowRegistryResponse[] => [...piecesOf(before, now)];

test('however much stands, no message is longer than a piece or the one record in it, and the last alone has the head', () => {
  const now = tellingOf(textsOf(range(0, 40), 'x'.repeat(640 * 1024)), textsOf(range(40, 50_000)));
  const messages = send(NOTHING_TOLD, now);
  expect(Math.max(...bytesOf(messages))).toBeLessThan(1024 * 1024);
  expect(bytesOf(messages).reduce((sum, bytes) => sum + bytes)).toBeGreaterThan(24 * 1024 * 1024);
  expect(messages.flatMap(({ head }) => head).filter((head) => head !== '')).toEqual(['head']);
  const read = makeRegistryReader();
  const states = messages.map(read);
  expect(states.slice(0, -1).every((state) => state === undefined)).toBe(true);
  expect(states.at(-1)?.digests).toEqual(now.digests);
  expect(textsIn(states.at(-1)?.records)).toEqual(textsIn(now.records));
});

test('a head renewed over 50,000 records is sent alone, and a change with what changed', () => {
  const others = textsOf(range(10, 50_000));
  const before = tellingOf(textsOf(range(0, 10)), others);
  const first = bytesOf(send(NOTHING_TOLD, before)).reduce((sum, bytes) => sum + bytes);
  expect(first).toBeGreaterThan(2_500_000);
  expect(bytesOf(send(toldOf(before), { ...before, digests: [...before.digests] }))).toEqual([6]);
  const after = tellingOf(textsOf(range(1, 11)), others.slice(1));
  const [message, ...more] = send(toldOf(before), after);
  expect([message?.records, message?.withdrawn, more]).toEqual([['record 10'], [recordDigest('record 0')], []]);
});

test('whoever reads the changes of a stream holds at each head what the sender holds', () => {
  const read = makeRegistryReader();
  let before = NOTHING_TOLD;
  for (let round = 0; round < 60; round += 1) {
    const chosen = (of: number): number[] =>
      range(0, 30).filter((n) => (sha256(new TextEncoder().encode(`${of} ${n}`))[0] ?? 0) < 128);
    // What concerns the reader, and what stands besides; some go from the one to the other.
    const now = tellingOf(textsOf(chosen(round)), textsOf(range(30, 40 + (round % 7))), `head ${round}`);
    const state = send(before, now).map(read).at(-1);
    expect(state?.head).toBe(`head ${round}`);
    expect(state?.digests).toEqual(now.digests);
    expect(textsIn(state?.records).sort()).toEqual(textsIn(now.records).sort());
    before = toldOf(now);
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

test('of what a kit was told before, no text is read again', () => {
  const reads: string[] = [];
  const telling = tellingOf(textsOf(range(0, 10)));
  const records = telling.records.map((record) => {
    const read = (): string => {
      reads.push(record.digest);
      return record.text.read();
    };
    return { ...record, text: { read } };
  });
  send(toldOf(tellingOf(textsOf(range(0, 9)))), { ...telling, records });
  expect(reads).toEqual([recordDigest('record 9')]);
});
