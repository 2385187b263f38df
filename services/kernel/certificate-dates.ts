/** When a certificate counts; ms. */
export interface Dates {
  readonly fromMs: number;
  readonly untilMs: number;
}

const MOST_BACK_MS = 15 * 60_000;
/** Certificates know seconds, and round each of their dates. */
const ROUNDED_MS = 2_000;

/** When a certificate counts that is issued now: clocks of those who check it may be some minutes behind; but its holder reckons from its whole life when to renew it. */
export const datesOf = (issuedMs: number, lifeMs: number): Dates => ({
  fromMs: issuedMs - Math.min(MOST_BACK_MS, lifeMs / 8),
  untilMs: issuedMs + lifeMs,
});

/** Whether a certificate with such dates was issued before a time. */
export const isIssuedBefore = ({ fromMs, untilMs }: Dates, timeMs: number): boolean =>
  fromMs + Math.min(MOST_BACK_MS, (untilMs - fromMs) / 9) + ROUNDED_MS < timeMs;
