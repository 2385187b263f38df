import { WaslError } from '../../kernel/codes.ts';
import type { Digest } from '../../kernel/digest.ts';

/** How long, how many and how much is kept; the oldest goes first. */
const KEPT = { ms: 24 * 3_600_000, keys: 10_000, bytes: 64 * 1024 * 1024 };

/** The first outcomes of calls by their Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), in memory alone. */
export interface Idempotency<T> {
  /**
   * Runs `work` once for a key: the same call under it waits for, and gets, the first outcome; another call is
   * `idempotency-key-reused`. What `keep` does not want, or throws, is forgotten: that call may be made again.
   */
  once(key: string, call: Digest, work: () => Promise<T>): Promise<T>;
}

interface Held<T> {
  readonly call: Digest;
  readonly atMs: number;
  readonly outcome: Promise<T>;
  bytes: number;
}

export const makeIdempotency = <T>(of: {
  readonly now: () => number;
  readonly sizeOf: (outcome: T) => number;
  readonly keep: (outcome: T) => boolean;
}): Idempotency<T> => {
  const held = new Map<string, Held<T>>();
  let bytes = 0;
  const forget = (key: string): void => {
    bytes -= held.get(key)?.bytes ?? 0;
    held.delete(key);
  };
  const tidy = (): void => {
    for (const [key, { atMs }] of held) {
      if (atMs > of.now() - KEPT.ms && held.size <= KEPT.keys && bytes <= KEPT.bytes) return;
      forget(key);
    }
  };
  return {
    once: (key, call, work) => {
      tidy();
      const first = held.get(key);
      if (first !== undefined) {
        return first.call === call ? first.outcome : Promise.reject(new WaslError('idempotency-key-reused'));
      }
      const made: Held<T> = { call, atMs: of.now(), outcome: work(), bytes: 0 };
      held.set(key, made);
      made.outcome.then(
        (outcome) => {
          if (held.get(key) !== made) return;
          if (!of.keep(outcome)) return forget(key);
          made.bytes = of.sizeOf(outcome);
          bytes += made.bytes;
          tidy();
        },
        () => {
          if (held.get(key) === made) forget(key);
        },
      );
      return made.outcome;
    },
  };
};
