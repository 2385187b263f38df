import type { Agreement } from '../../kernel/agreement.ts';
import { dayIn } from '../../kernel/day.ts';

const SLICE_MS = 15 * 60_000;
const KEPT_SLICES = (50 * 3_600_000) / SLICE_MS;

/** How often each agreement was used. Counts by quarters of an hour, since every time zone's midnight is on one. */
export interface Quota {
  /** Counts one use, by this gateway or (read from its evidence) another. */
  count(agreementId: string, timeMs: number): void;
  /** Uses on the present calendar day in the agreement's time zone. */
  usedToday(agreement: Agreement): number;
}

export const makeQuota = (now: () => number): Quota => {
  const slices = new Map<string, Map<number, number>>();
  return {
    count: (agreementId, timeMs) => {
      const slice = Math.floor(timeMs / SLICE_MS);
      const newest = Math.floor(now() / SLICE_MS);
      if (slice < newest - KEPT_SLICES) return;
      const counts = slices.get(agreementId) ?? new Map<number, number>();
      slices.set(agreementId, counts);
      if (!counts.has(slice)) for (const old of counts.keys()) if (old < newest - KEPT_SLICES) counts.delete(old);
      counts.set(slice, (counts.get(slice) ?? 0) + 1);
    },
    usedToday: ({ id, timeZone }) => {
      const today = dayIn(timeZone, now());
      let used = 0;
      for (const [slice, count] of slices.get(id) ?? []) {
        if (dayIn(timeZone, slice * SLICE_MS) === today) used += count;
      }
      return used;
    },
  };
};
