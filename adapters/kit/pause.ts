import { setTimeout as wait } from 'node:timers/promises';

const BACKOFF_MS = { least: 100, most: 5_000 };

/** Delay before attempt `n` (from 0): doubling, with full jitter on its upper half. */
export const backoffMs = (attempt: number): number =>
  Math.min(BACKOFF_MS.least * 2 ** Math.min(attempt, 10), BACKOFF_MS.most) * (0.5 + Math.random() / 2);

/** Resolves after `ms`, or when the signal aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined);
