const DAY_MS = 86_400_000;
// Ninety years have 33,000 days and ten thousand people over 60,000 dates: formatting each anew was half the time.
const dates = new Map<number, string>();

/** Days since 1970-01-01 of an ISO date (`YYYY-MM-DD`). */
export function dayOf(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

/** The ISO date (`YYYY-MM-DD`) of a day number. */
export function dateOf(day: number): string {
  let date = dates.get(day);
  if (date === undefined) {
    date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    dates.set(day, date);
  }
  return date;
}

/** Days in so many average years. */
export function years(count: number): number {
  return Math.round(count * 365.25);
}
