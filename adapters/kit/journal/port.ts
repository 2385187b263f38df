import type { JournalBody, JournalEntry } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';

export type OfferedBody = Extract<JournalBody, { kind: 'offered' }>;
export type Admitted = 'admitted' | 'seen' | 'quota-spent';

/**
 * An agency's own evidence: one hash-chained, append-only sequence.
 *
 * `append` and `admit` MUST resolve only once the entry is durable, and MUST reject `journal-unavailable` when that is not known. After a
 * rejection the entry may or may not stand; an implementation MUST find out before it appends again, so that the chain has no fork.
 * `admit` MUST say `admitted` at most once for a request id, for ever, over all replicas that share the journal; a request id is taken and
 * its use counted in the same durable step as the entry.
 */
export interface Journal {
  /** The last entry that is durable. */
  head(): Promise<JournalHead>;
  append(body: JournalBody): Promise<JournalHead>;
  /** A provider's first word on a request. `seen` and `quota-spent` append nothing. */
  admit(body: OfferedBody, quotaPerDay: number): Promise<Admitted>;
  /** The whole chain, verified as it is read; throws `journal-damaged` with the sequence. */
  read(): AsyncIterable<{ readonly entry: JournalEntry; readonly line: string }>;
  close(): Promise<void>;
}
