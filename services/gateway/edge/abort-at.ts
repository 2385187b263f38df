/** The longest that a timer of the platform runs, ms; a longer one would end at once. */
const TIMER_AT_MOST_MS = 2 ** 31 - 1;

/** A signal that aborts with a reason at a time of the wall clock, however far off; forget it when nobody listens any more. */
export const abortAt = (atMs: number, reason: () => Error): { readonly signal: AbortSignal; forget(): void } => {
  const due = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    const leftMs = atMs - Date.now();
    if (leftMs <= 0) due.abort(reason());
    else timer = setTimeout(look, Math.min(leftMs, TIMER_AT_MOST_MS)).unref();
  };
  look();
  return { signal: due.signal, forget: () => clearTimeout(timer) };
};
