import { MAXIMUM_MERGE_DELAY_MS, parseReceipt } from '../kernel/batch.ts';
import { unlessRefused } from '../kernel/codes.ts';
import { type Digest, digestOfText } from '../kernel/digest.ts';
import { entryDigest, requestsOf } from '../kernel/evidence.ts';
import { type JournalBody, type JournalEntry, requestsIn } from '../kernel/journal.ts';
import type { ReadEntry, ReadEvidence } from './evidence.ts';

export interface Alarm {
  readonly code: 'receipt-broken' | 'receipt-invalid' | 'evidence-fork' | 'evidence-gap' | 'evidence-unreadable';
  /** Which journal holds what was promised. */
  readonly journal?: string;
  readonly requestId?: string;
  readonly boot?: string;
  readonly sequence?: number;
}

type Receipt = ReturnType<typeof parseReceipt>;

/** A receipt, and when it was written down. */
interface Held {
  readonly journal: string;
  readonly receipt: Receipt;
  readonly heldMs: number;
}

/** An answer that an agency signed, and when it wrote that down. */
interface Signed {
  readonly answer: Digest;
  readonly heldMs: number;
}

/** What journals promise their agencies, and what of that does not even fit. */
export interface Promises {
  readonly held: readonly Held[];
  /** By request. */
  readonly answers: ReadonlyMap<string, Signed>;
  readonly alarms: readonly Alarm[];
  /** Takes the entries of one agency's journals, each journal in its order. */
  take(journal: string, entry: JournalEntry): void;
}

const receiptsOf = (body: JournalBody): readonly string[] => {
  if (body.kind === 'concluded') return body.receipts;
  return body.kind === 'offered' || body.kind === 'receipt' || body.kind === 'acknowledged' ? [body.receipt] : [];
};

/** A receipt as the journal keeps it. */
const readReceipt = (text: string): Receipt | undefined => {
  try {
    return parseReceipt(text);
  } catch (error) {
    return unlessRefused(error);
  }
};

/** One that came later was not looked at when it came: it must be of these requests, and of the answer that was given to one. */
const fits = ({ entry }: Receipt, said: JournalBody, answers: Promises['answers']): boolean => {
  const { body } = entry;
  if (said.kind === 'receipt') {
    const { requestId } = said;
    return body.kind === 'answered' && body.requestId === requestId && body.answer === answers.get(requestId)?.answer;
  }
  if (said.kind !== 'acknowledged') return true;
  const named = new Set(requestsOf(body));
  return body.kind === 'received' && said.requestIds.every((requestId) => named.has(requestId));
};

export const gatherPromises = (): Promises => {
  const held: Held[] = [];
  const alarms: Alarm[] = [];
  const answers = new Map<string, Signed>();
  return {
    held,
    answers,
    alarms,
    take: (journal, { body, timeMs }) => {
      if (body.kind === 'answered') {
        answers.set(body.requestId, { answer: digestOfText(body.statement), heldMs: timeMs });
      }
      for (const text of receiptsOf(body)) {
        const receipt = readReceipt(text);
        // The time is that of the journal: a gateway could date its promises so that none ever falls due.
        if (receipt !== undefined && fits(receipt, body, answers)) held.push({ journal, receipt, heldMs: timeMs });
        else for (const requestId of requestsIn(body)) alarms.push({ code: 'receipt-invalid', journal, requestId });
      }
    },
  };
};

const isDue = ({ heldMs }: { readonly heldMs: number }, nowMs: number): boolean =>
  nowMs > heldMs + MAXIMUM_MERGE_DELAY_MS;

/** Answers that were given and that the log does not hold. No alarm: a gateway that died leaves the same as one that hides them. */
export const unrecordedIn = (log: readonly ReadEntry[], answers: Promises['answers'], nowMs: number): number => {
  const recorded = new Set(log.map(({ entry: { body } }) => (body.kind === 'answered' ? body.answer : undefined)));
  return [...answers.values()].filter((signed) => isDue(signed, nowMs) && !recorded.has(signed.answer)).length;
};

/** Looks up promises in the log, which must have been read after the journals that hold them. */
export const keptIn = (log: readonly ReadEntry[], held: readonly Held[], nowMs: number) => {
  const logged = new Map(log.map(({ entry, digest }) => [`${entry.boot} ${entry.sequence}`, digest]));
  const alarms: Alarm[] = [];
  let pending = 0;
  let found = 0;
  for (const promise of held) {
    const { journal, receipt } = promise;
    const { boot, sequence } = receipt.entry;
    const digest = logged.get(`${boot} ${sequence}`);
    if (digest === entryDigest(receipt.entryBytes)) found += 1;
    else if (digest !== undefined) alarms.push({ code: 'evidence-fork', journal, boot, sequence });
    else if (isDue(promise, nowMs)) alarms.push({ code: 'receipt-broken', journal, boot, sequence });
    else pending += 1;
  }
  return { found, pending, alarms };
};

/** The log's own faults: bytes that are none of it, a batch that its gateway did not sign, a place told twice, and once a boot a place left out. */
export const faultsOf = ({ entries, unreadable }: ReadEvidence): readonly Alarm[] => {
  const alarms: Alarm[] = unreadable > 0 ? [{ code: 'evidence-unreadable' }] : [];
  const gaps = new Set<string>();
  for (const { entry, signature, chain } of entries) {
    const { boot, sequence } = entry;
    if (chain === 'fork' || signature === 'bad') alarms.push({ code: 'evidence-fork', boot, sequence });
    else if (chain === 'gap' && !gaps.has(boot)) {
      gaps.add(boot);
      alarms.push({ code: 'evidence-gap', boot, sequence });
    }
  }
  return alarms;
};
