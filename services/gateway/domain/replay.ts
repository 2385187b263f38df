import type { Digest } from '../../kernel/digest.ts';
import { IdSet } from '../../kernel/id-set.ts';
import type { RequestId } from '../../kernel/ids.ts';
import { makeOutcomes } from './outcomes.ts';
import type { Exchanged } from './ports.ts';

/** How long the first outcome of a request is kept for a byte-identical resend, ms; longer than any request stays fresh. */
const KEPT_MS = 120_000;
const FORGET_EVERY_MS = 1_000;
/** Ids of one generation; there are two of them, at most 17 MB each. */
const GENERATION = 500_000;

export type Begun =
  | { readonly kind: 'new'; conclude(outcome: Promise<Exchanged>): void }
  /** The same bytes again: the first outcome is theirs too. */
  | { readonly kind: 'same'; readonly outcome: Promise<Exchanged> }
  /** Other bytes under an id that was used. */
  | { readonly kind: 'other' }
  /** Taken before, and its outcome is not kept any more; or so old that this cannot be told. Never carried again. */
  | { readonly kind: 'spent' };

interface Held {
  readonly request: Digest;
  readonly sinceMs: number;
  /** Until it has ended and its outcome is kept. */
  carried: Promise<Exchanged> | undefined;
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
  const outcomes = makeOutcomes({ bytes: of.outcomeBytes, dropped: (id) => held.delete(id) });
  let present = generation();
  let before = generation();
  let forgottenMs = -1;
  let nextForgetMs = 0;

  // A Map walks in the order of insertion: the oldest come first. Each walk passes the places of what was dropped before, so it drops
  // many at once and comes seldom.
  const forget = (nowMs: number): void => {
    if (nowMs < nextForgetMs) return;
    nextForgetMs = nowMs + FORGET_EVERY_MS;
    for (const [id, { sinceMs }] of held) {
      if (sinceMs > nowMs - KEPT_MS) return;
      held.delete(id);
      outcomes.drop(id);
    }
  };
  const keep = (id: RequestId, one: Held, outcome: Exchanged): void => {
    if (held.get(id) !== one) return;
    one.carried = undefined;
    outcomes.keep(id, outcome);
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
      if (first !== undefined && first.request !== digest) return { kind: 'other' };
      const outcome = first?.carried ?? outcomes.of(id);
      if (outcome !== undefined) return { kind: 'same', outcome: Promise.resolve(outcome) };
      if (!spend(id, issuedAtMs)) return { kind: 'spent' };
      let conclude: (outcome: Promise<Exchanged>) => void = () => undefined;
      const carried = new Promise<Exchanged>((resolve) => {
        conclude = resolve;
      });
      const one: Held = { request: digest, sinceMs: nowMs, carried };
      held.set(id, one);
      // Whoever carries the request hears of a failure; that nobody sent it again must not end the process.
      carried.then(
        (ended) => keep(id, one, ended),
        () => undefined,
      );
      return { kind: 'new', conclude };
    },
    bytes: outcomes.bytes,
  };
};

const generation = () => ({ ids: new IdSet(), newestMs: -1 });
