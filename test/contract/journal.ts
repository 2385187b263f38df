import { expect, test } from 'vitest';
import type { Chain, OfferedBody } from '../../adapters/kit/journal/index.ts';
import { canonicalJson } from '../../services/kernel/canonical.ts';
import { EMPTY_HEAD, type JournalBody, type JournalEntry, readJournalLine } from '../../services/kernel/journal.ts';
import type { JsonObject } from '../../services/kernel/strict-json.ts';

export const asked = (requestId: string): JournalBody => ({ kind: 'asked', requestId, statement: `طلب ${requestId}` });

export const offered = (requestId: string, day = '2026-11-24', agreement = 'agr-1'): OfferedBody => ({
  kind: 'offered',
  requestId,
  statement: 'e30.e30.AA',
  receipt: '{}',
  agreement,
  day,
});

export const readAll = async (journal: Chain): Promise<JournalEntry[]> => {
  const entries: JournalEntry[] = [];
  let head = EMPTY_HEAD;
  for await (const { entry, line } of journal.read()) {
    const read = readJournalLine(head, line);
    expect(canonicalJson(read.entry as unknown as JsonObject)).toBe(canonicalJson(entry as unknown as JsonObject));
    head = read.head;
    entries.push(entry);
  }
  expect(head).toEqual(await journal.head());
  return entries;
};

/** How often each word was said. */
const tally = (words: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};

/** One place where a journal is kept, and ways in. */
export interface JournalPlace {
  open(): Promise<Chain>;
}

/** What every implementation of the port keeps. `newPlace` gives an empty place. */
export const journalContract = (newPlace: () => Promise<JournalPlace>): void => {
  const withJournal = async (use: (journal: Chain, place: JournalPlace) => Promise<void>): Promise<void> => {
    const place = await newPlace();
    const journal = await place.open();
    try {
      await use(journal, place);
    } finally {
      await journal.close();
    }
  };

  test('an empty journal has the empty head', () =>
    withJournal(async (journal) => {
      expect(await journal.head()).toEqual(EMPTY_HEAD);
      expect(await readAll(journal)).toEqual([]);
    }));

  test('appends at once make one whole chain, each told the head after its own entry', () =>
    withJournal(async (journal) => {
      const heads = await Promise.all(Array.from({ length: 700 }, (_, n) => journal.append(asked(`r-${n}`))));
      const entries = await readAll(journal);
      expect(entries.length).toBe(700);
      expect(new Set(heads.map(({ size }) => size)).size).toBe(700);
      for (const [n, { size, head }] of heads.entries()) {
        expect(entries[size - 1]?.body).toEqual(asked(`r-${n}`));
        if (size < 700) expect(entries[size]?.previous).toBe(head);
      }
    }));

  test('of 50 callers with one request id one is admitted, and one entry is made', () =>
    withJournal(async (journal) => {
      const words = await Promise.all(Array.from({ length: 50 }, () => journal.admit(offered('r-1'), 100)));
      expect(tally(words)).toEqual({ admitted: 1, seen: 49 });
      expect((await readAll(journal)).length).toBe(1);
      expect(await journal.admit(offered('r-1', '2027-01-01', 'agr-2'), 100)).toBe('seen');
    }));

  test('no more than the quota is admitted of one agreement and day, and what is turned away is not remembered', () =>
    withJournal(async (journal) => {
      const words = await Promise.all(Array.from({ length: 50 }, (_, n) => journal.admit(offered(`r-${n}`), 7)));
      expect(tally(words)).toEqual({ admitted: 7, 'quota-spent': 43 });
      expect((await readAll(journal)).length).toBe(7);
      const turnedAway = `r-${words.indexOf('quota-spent')}`;
      expect(await journal.admit(offered(turnedAway, '2026-11-25'), 7)).toBe('admitted');
      expect(await journal.admit(offered('other', '2026-11-24', 'agr-2'), 1)).toBe('admitted');
      expect(await journal.admit(offered('none', '2026-11-26'), 0)).toBe('quota-spent');
    }));

  test('a journal opened again remembers its head, its request ids and its counts', async () => {
    const place = await newPlace();
    const first = await place.open();
    await first.admit(offered('r-1'), 2);
    const head = await first.append({ kind: 'answered', requestId: 'r-1', statement: 'e30.e30.AA' });
    await first.close();
    const second = await place.open();
    try {
      expect(await second.head()).toEqual(head);
      expect(await second.admit(offered('r-1'), 2)).toBe('seen');
      expect(await second.admit(offered('r-2'), 2)).toBe('admitted');
      expect(await second.admit(offered('r-3'), 2)).toBe('quota-spent');
      expect((await readAll(second)).map(({ body }) => body.kind)).toEqual(['offered', 'answered', 'offered']);
    } finally {
      await second.close();
    }
  });

  test('a body that has no canonical line is refused alone', () =>
    withJournal(async (journal) => {
      const good = journal.append(asked('r-1'));
      await expect(journal.append({ kind: 'asked', requestId: 'r-2', statement: '\ud800' })).rejects.toThrow();
      await expect(journal.append(asked('x'.repeat(2_000_000)))).rejects.toMatchObject({ code: 'message-too-large' });
      expect((await good).size).toBe(1);
      expect((await readAll(journal)).length).toBe(1);
    }));

  test('closing waits for what was begun and takes nothing after', async () => {
    const place = await newPlace();
    const journal = await place.open();
    const begun = [journal.append(asked('r-1')), journal.admit(offered('r-2'), 1)];
    await journal.close();
    await Promise.all(begun);
    await expect(journal.append(asked('r-3'))).rejects.toMatchObject({ code: 'journal-unavailable' });
    await expect(journal.admit(offered('r-4'), 1)).rejects.toMatchObject({ code: 'journal-unavailable' });
    const again = await place.open();
    expect((await readAll(again)).length).toBe(2);
    await again.close();
  });
};
