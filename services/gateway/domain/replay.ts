import type { Digest } from '../../kernel/digest.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Exchanged } from './ports.ts';

/** How long the first outcome of a request is kept for a byte-identical resend, ms; longer than any request stays fresh. */
const KEPT_MS = 120_000;

export type Begun =
  | { readonly kind: 'new'; conclude(outcome: Promise<Exchanged>): void }
  /** The same bytes again: the first outcome is theirs too. */
  | { readonly kind: 'same'; readonly outcome: Promise<Exchanged> }
  /** Other bytes under an id that was used. */
  | { readonly kind: 'other' };

interface Held {
  readonly request: Digest;
  readonly atMs: number;
  readonly outcome: Promise<Exchanged>;
}

export interface Replay {
  /** MUST be called only with a verified request, so that nobody spends another's ids. */
  begin(id: RequestId, request: Digest): Begun;
}

/**
 * The requests of this boot, for the freshness window. Kept in memory alone: a request names the boot that it is addressed to, so
 * that what a restart forgets no restarted gateway would accept.
 */
export const makeReplay = (now: () => number): Replay => {
  const held = new Map<RequestId, Held>();
  const forget = (nowMs: number): void => {
    // A Map walks in the order of insertion: the oldest come first.
    for (const [id, { atMs }] of held) {
      if (atMs > nowMs - KEPT_MS) return;
      held.delete(id);
    }
  };
  return {
    begin: (id, request) => {
      const atMs = now();
      forget(atMs);
      const first = held.get(id);
      if (first !== undefined)
        return first.request === request ? { kind: 'same', outcome: first.outcome } : { kind: 'other' };
      let conclude: (outcome: Promise<Exchanged>) => void = () => undefined;
      const outcome = new Promise<Exchanged>((resolve) => {
        conclude = resolve;
      });
      // Whoever carries the request hears of a failure; that nobody sent it again must not end the process.
      outcome.catch(() => undefined);
      held.set(id, { request, atMs, outcome });
      return { kind: 'new', conclude };
    },
  };
};
