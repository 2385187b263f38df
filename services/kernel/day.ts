const formats = new Map<string, Intl.DateTimeFormat>();
/** Every time zone's midnight is on a quarter of an hour: within one the day is the same. */
const QUARTER_MS = 15 * 60_000;
const KEPT = 1_000;
const days = new Map<string, string>();

/** The calendar day (YYYY-MM-DD) of a moment (ms since the epoch) in an IANA time zone: what quotas count by. */
export const dayIn = (timeZone: string, timeMs: number): string => {
  const quarter = `${Math.floor(timeMs / QUARTER_MS)} ${timeZone}`;
  const held = days.get(quarter);
  if (held !== undefined) return held;
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(timeZone, format);
  }
  const day = format.format(timeMs);
  if (days.size >= KEPT) days.clear();
  days.set(quarter, day);
  return day;
};
