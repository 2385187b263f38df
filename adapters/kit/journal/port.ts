import type { JournalBody, JournalEntry, StatusBody } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import type { StatusEntry } from '../../../services/kernel/status-book.ts';

/** A provider's first word on a request. */
export type OfferedBody = Extract<JournalBody, { kind: 'offered' }>;

/** `seen`: the id was admitted before, in whatever life or replica. `quota-spent`: the agreement has no more for that day. */
export type Admitted = 'admitted' | 'seen' | 'quota-spent';

/**
 * What a provider writes down of its status lists: one chain for all who use the journal. An implementation MUST keep what `Journal` keeps of
 * `append`, and MUST let several processes append, also while one of them holds the journal open.
 */
export interface StatusBook {
  append(body: StatusBody): Promise<JournalHead>;
  /** Every entry of lists, in order. */
  read(): Promise<readonly StatusEntry[]>;
}

/**
 * An agency's own evidence: one hash-chained, append-only sequence, shared by all replicas that use the journal.
 *
 * An implementation MUST NOT resolve `append` or `admit` before the entry is on stable storage, MUST keep one unbroken chain
 * under any number of concurrent callers, and MUST NOT show a head that is not on stable storage. It MUST remember admitted
 * request ids for ever. It MUST NOT drop, alter or reorder an entry that it acknowledged, and MUST refuse rather than mend a
 * chain in which one is missing.
 *
 * A crash leaves the acknowledged entries, and of the unacknowledged ones a prefix, each whole; nothing else.
 */
export interface Chain {
  /** Where the durable chain stands. */
  head(): Promise<JournalHead>;
  /**
   * Durable when it resolves, with the head after this entry. Rejects with `journal-unavailable` when it cannot be made durable; whether
   * such an entry stands is then found out before anything else is appended, and it never stands in part.
   */
  append(body: JournalBody): Promise<JournalHead>;
  /**
   * Remembers the request id, counts it against (agreement, day) and appends, all or nothing, durable when it resolves; `seen` and
   * `quota-spent` append nothing. Among any callers one id is `admitted` at most once, and no more than `quotaPerDay` ids of one
   * agreement and day are. Rejects as `append` does: the request MUST then not be served.
   */
  admit(body: OfferedBody, quotaPerDay: number): Promise<Admitted>;
  /** The whole chain up to the head of this moment, each link verified; throws `journal-damaged` with the sequence. */
  read(): AsyncIterable<{ readonly entry: JournalEntry; readonly line: string }>;
  /** Waits for what was begun; everything after rejects with `journal-unavailable`. */
  close(): Promise<void>;
}

/** The chain of an agency, and what belongs to it. */
export interface Journal extends Chain {
  readonly statusBook: StatusBook;
}
