import { expect, test } from 'vitest';
import { datesOf, isIssuedBefore } from './certificate-dates.ts';

const HOUR_MS = 3_600_000;
const NOW = 1_000_000 * HOUR_MS + 987;
/** As certificates know them. */
const inSeconds = ({ fromMs, untilMs }: ReturnType<typeof datesOf>) => ({
  fromMs: Math.floor(fromMs / 1000) * 1000,
  untilMs: Math.floor(untilMs / 1000) * 1000,
});

test.each([9_000, 600_000, HOUR_MS, 2 * HOUR_MS, 72 * HOUR_MS, 20_000 * HOUR_MS])(
  'when a certificate of %d ms was issued can be told from its dates, to some seconds',
  (lifeMs) => {
    for (let within = 0; within < 2_000; within += 37) {
      const dates = inSeconds(datesOf(NOW + within, lifeMs));
      expect(isIssuedBefore(dates, NOW + within)).toBe(false);
      expect(isIssuedBefore(dates, NOW + within + 4_000)).toBe(true);
      expect(isIssuedBefore(dates, 0)).toBe(false);
    }
  },
);
