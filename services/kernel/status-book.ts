import type { JournalEntry, StatusBody } from './journal.ts';
import { LIST_SIZE } from './status-list.ts';

/** An entry of a book of status lists. */
export type StatusEntry = JournalEntry & { readonly body: StatusBody };

/** A list is shared out in so many slices: each process of the provider numbers its documents from slices that it alone took. */
const SLICES = 64;
/** Documents that a slice has room for. */
export const SLICE_SIZE = LIST_SIZE / SLICES;

export interface Slice {
  readonly list: string;
  /** The first of its places; the others follow, `SLICE_SIZE` in all. */
  readonly from: number;
}

/** One list as the book knows it. */
export interface BookedList {
  readonly list: string;
  /** When the newest slice of it was taken, ms. */
  readonly takenMs: number;
  readonly revoked: readonly number[];
}

export const isStatusEntry = (entry: JournalEntry): entry is StatusEntry =>
  entry.body.kind === 'status-slice' || entry.body.kind === 'status-revoked';

type SliceBody = Extract<StatusBody, { kind: 'status-slice' }>;
const slicesIn = (entries: readonly StatusEntry[]): readonly (StatusEntry & { readonly body: SliceBody })[] =>
  entries.filter((entry): entry is StatusEntry & { readonly body: SliceBody } => entry.body.kind === 'status-slice');

/**
 * The slice that the entry with this sequence took. The book is one chain for all who write in it, so the n-th taking is the n-th for all of them:
 * no two ever have one slice. A list has the name of its first taking. Undefined when the entry takes none.
 */
export const sliceAt = (entries: readonly StatusEntry[], sequence: number): Slice | undefined => {
  const slices = slicesIn(entries);
  const at = slices.findIndex((entry) => entry.sequence === sequence);
  const first = slices[at - (at % SLICES)];
  return at < 0 || first === undefined ? undefined : { list: first.body.name, from: (at % SLICES) * SLICE_SIZE };
};

/** Every list that was begun, and what of it is revoked. */
export const listsIn = (entries: readonly StatusEntry[]): readonly BookedList[] => {
  const lists = new Map<string, { takenMs: number; readonly revoked: Set<number> }>();
  let list = '';
  for (const [at, { body, timeMs }] of slicesIn(entries).entries()) {
    if (at % SLICES === 0) list = body.name;
    lists.set(list, { takenMs: timeMs, revoked: new Set() });
  }
  for (const { body } of entries) {
    if (body.kind === 'status-revoked') lists.get(body.list)?.revoked.add(body.place);
  }
  return [...lists].map(([name, { takenMs, revoked }]) => ({ list: name, takenMs, revoked: [...revoked] }));
};
