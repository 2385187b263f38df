import type { Digest } from '../../kernel/digest.ts';
import { IdSet } from '../../kernel/id-set.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Exchanged } from './ports.ts';

/** How long the first outcome of a request is kept for a byte-identical resend, ms; longer than any request stays fresh. */
const KEPT_MS = 120_000;
const FORGET_EVERY_MS = 1_000;
/** Ids of one generation; there are two of them, at most 17 MB each. */
const GENERATION = 500_000;
/** An outcome above this many bytes goes first when there is no room: one of them takes the place of hundreds of others. */
const LARGE_BYTES = 64 * 1024;
const OVERHEAD_BYTES = 500;

export type Begun =
  | { readonly kind: 'new'; conclude(outcome: Promise<Exchanged>): void }
  /** The same bytes again: the first outcome is theirs too. */
  | { readonly kind: 'same'; readonly outcome: Promise<Exchanged> }
  /** Other bytes under an id that was used. */
  | { readonly kind: 'other' }
  /** Taken before, and its outcome is not kept any more; or so old that this cannot be told. Never carried again. */
  | { readonly kind: 'spent' };

interface Held {
  readonly id: RequestId;
  readonly request: Digest;
  readonly sinceMs: number;
  readonly outcome: Promise<Exchanged>;
  bytes: number;
}

export interface Replay {
  /** MUST be called only with a verified request, so that nobody spends another's ids. */
  begin(request: { readonly id: RequestId; readonly issuedAtMs: number }, digest: Digest): Begun;
  /** Bytes of the outcomes that are kept. */
  bytes(): number;
}

/**
 * The requests of this boot, in memory alone: a request names the boot that it is addressed to, so that what a restart forgets no
 * restarted gateway would accept. Outcomes are kept within a time and a number of bytes; ids for the last half to one million requests,
 * whatever the clock says meanwhile: set back, it would make old requests fresh again. What was issued before the newest id that had to
 * be forgotten is spent. `elapsedMs` MUST NOT go back.
 */
export const makeReplay = (
  of: { readonly elapsedMs: () => number; readonly outcomeBytes: number },
  perGeneration = GENERATION,
): Replay => {
  const held = new Map<RequestId, Held>();
  const large = new Set<Held>();
  const small = new Set<Held>();
  let bytes = 0;
  let present = generation();
  let before = generation();
  let forgottenMs = -1;
  let nextForgetMs = 0;

  const drop = (one: Held): void => {
    held.delete(one.id);
    large.delete(one);
    small.delete(one);
    bytes -= one.bytes;
  };
  // A Map and a Set walk in the order of insertion: the oldest come first. Each walk passes the places of what was dropped before, so
  // both walks drop many at once and come seldom.
  const forget = (nowMs: number): void => {
    if (nowMs < nextForgetMs) return;
    nextForgetMs = nowMs + FORGET_EVERY_MS;
    for (const one of held.values()) {
      if (one.sinceMs > nowMs - KEPT_MS) return;
      drop(one);
    }
  };
  const makeRoom = (): void => {
    for (const kept of [large, small]) {
      for (const one of kept) {
        if (bytes <= of.outcomeBytes * 0.9) return;
        drop(one);
      }
    }
  };
  const keep = (one: Held, outcome: Exchanged): void => {
    if (held.get(one.id) !== one) return;
    one.bytes = sizeOf(outcome);
    bytes += one.bytes;
    (one.bytes > LARGE_BYTES ? large : small).add(one);
    if (bytes > of.outcomeBytes) makeRoom();
  };
  /** False when it is spent already. */
  const spend = (id: RequestId, issuedAtMs: number): boolean => {
    if (issuedAtMs <= forgottenMs || before.ids.has(id) || !present.ids.add(id)) return false;
    present.newestMs = Math.max(present.newestMs, issuedAtMs);
    if (present.ids.size >= perGeneration) {
      forgottenMs = Math.max(forgottenMs, before.newestMs);
      before = present;
      present = generation();
    }
    return true;
  };

  return {
    begin: ({ id, issuedAtMs }, digest) => {
      const nowMs = of.elapsedMs();
      forget(nowMs);
      const first = held.get(id);
      if (first !== undefined)
        return first.request === digest ? { kind: 'same', outcome: first.outcome } : { kind: 'other' };
      if (!spend(id, issuedAtMs)) return { kind: 'spent' };
      let conclude: (outcome: Promise<Exchanged>) => void = () => undefined;
      const outcome = new Promise<Exchanged>((resolve) => {
        conclude = resolve;
      });
      const one: Held = { id, request: digest, sinceMs: nowMs, outcome, bytes: 0 };
      held.set(id, one);
      // Whoever carries the request hears of a failure; that nobody sent it again must not end the process.
      outcome.then(
        (ended) => keep(one, ended),
        () => undefined,
      );
      return { kind: 'new', conclude };
    },
    bytes: () => bytes,
  };
};

const generation = () => ({ ids: new IdSet(), newestMs: -1 });

const sizeOf = (outcome: Exchanged): number => {
  const ended =
    outcome.kind === 'answer' ? outcome.sealedDocument.length + outcome.answeredReceipt.length : outcome.receipt.length;
  return OVERHEAD_BYTES + outcome.statement.length + outcome.requestedReceipt.length + ended;
};
