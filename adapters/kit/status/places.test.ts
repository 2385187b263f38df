import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StatusEntry } from '../../../services/kernel/status-book.ts';
import { LIST_SIZE } from '../../../services/kernel/status-list.ts';
import { primitives } from '../../../services/platform/crypto/index.ts';
import { openFileStatusBook } from '../journal/file.ts';
import type { StatusBook } from '../journal/index.ts';
import { makePlaces, type Place, SLICE_COUNTS_MS } from './places.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wasl-places-'));
});
afterAll(() => rm(dir, { recursive: true }));
let folders = 0;
const newBook = (): StatusBook => {
  folders += 1;
  return openFileStatusBook({ dir: join(dir, String(folders)) });
};
const placesOf = (book: StatusBook, now = Date.now) => makePlaces({ book, primitives, now });
const nameOf = ({ list, index }: Place): string => `${list}/${index}`;
const slicesIn = (entries: readonly StatusEntry[]): number =>
  entries.filter(({ body }) => body.kind === 'status-slice').length;

test('who shares a book never gives one place twice, however many documents come at once', async () => {
  const book = newBook();
  const takers = [placesOf(book), placesOf(book), placesOf(book)];
  const taken = await Promise.all(
    takers.flatMap((places) => Array.from({ length: 20_000 }, async () => nameOf(await places.take()))),
  );
  expect(new Set(taken).size).toBe(60_000);
  expect(slicesIn(await book.read())).toBeLessThanOrEqual(9);
});

test('a place says nothing of the order of documents', async () => {
  const places = placesOf(newBook());
  const taken: number[] = [];
  for (let n = 0; n < 200; n += 1) taken.push((await places.take()).index);
  const rising = taken.filter((place, at) => at > 0 && place > (taken[at - 1] ?? 0)).length;
  expect(rising).toBeGreaterThan(50);
  expect(rising).toBeLessThan(150);
  expect(Math.max(...taken) - Math.min(...taken)).toBeGreaterThan(10_000);
});

test('starting again and again uses up a list 64 times before another is begun', async () => {
  const book = newBook();
  const lists: string[] = [];
  for (let start = 0; start < 65; start += 1) {
    const { list, index } = await placesOf(book).take();
    expect(index).toBeLessThan(LIST_SIZE);
    lists.push(list);
  }
  expect(new Set(lists.slice(0, 64)).size).toBe(1);
  expect(lists[64]).not.toBe(lists[0]);
}, 60_000);

test('a slice is given up after 30 days, so that it is known how long its list must stand', async () => {
  const book = newBook();
  let nowMs = 1_000;
  const places = placesOf(book, () => nowMs);
  const { index } = await places.take();
  nowMs += SLICE_COUNTS_MS + 1;
  const later = await places.take();
  expect(Math.floor(later.index / 16_384)).not.toBe(Math.floor(index / 16_384));
  expect(slicesIn(await book.read())).toBe(2);
});

test('without a book that can be written there are no places, and once it can there are', async () => {
  const book = newBook();
  let full = true;
  const places = placesOf({
    ...book,
    append: (body) => (full ? Promise.reject(new Error('no space')) : book.append(body)),
  });
  await places.prepare();
  await expect(places.take()).rejects.toMatchObject({ code: 'journal-unavailable' });
  full = false;
  expect((await places.take()).list).toMatch(/^[0-9a-f]{16}$/);
});
