import { SourceUnavailable } from 'wasl-kit';
import type { Entry, Reading, Source } from '../entry.ts';

const ANSWER_WITHIN_MS = 5_000;
const RETRY_MS = 5_000;

export interface RestOptions {
  readonly registerUrl: string;
  readonly registerToken?: string;
}

/** The register as a REST interface: `GET /entries?nationalNumber=…` answers {asOf, entries: […]}. */
export const openSource = ({ registerUrl, registerToken }: RestOptions): Source => {
  const base = `${registerUrl.replace(/\/$/, '')}/`;
  const headers = {
    accept: 'application/json',
    ...(registerToken === undefined ? {} : { authorization: `Bearer ${registerToken}` }),
  };
  const get = async (path: string, signal: AbortSignal): Promise<unknown> => {
    const until = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const response = await fetch(new URL(path, base), { headers, signal: until, redirect: 'error' }).catch((cause) => {
      signal.throwIfAborted();
      throw new SourceUnavailable(RETRY_MS, { cause });
    });
    if (response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      throw new SourceUnavailable(retryAfter(response) ?? RETRY_MS);
    }
    // A refusal is not "no entry": whoever runs this adapter has to see it.
    if (!response.ok) throw new Error(`the register answered ${response.status}`);
    return response.json();
  };
  return {
    find: async (nationalNumber, signal) =>
      readingOf(await get(`entries?${new URLSearchParams({ nationalNumber })}`, signal)),
    ping: async () => {
      await get('health', AbortSignal.timeout(ANSWER_WITHIN_MS));
    },
    close: async () => undefined,
  };
};

const retryAfter = (response: Response): number | undefined => {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isSafeInteger(seconds) && seconds > 0 && seconds <= 86_400 ? seconds * 1_000 : undefined;
};

const readingOf = (value: unknown): Reading => {
  const { asOf, entries } = (value ?? {}) as Partial<Record<keyof Reading, unknown>>;
  // The kit holds every document to its schema; here it is only told apart from "no entry".
  if (typeof asOf !== 'string' || !Array.isArray(entries)) throw new Error('the register answered in another form');
  return { asOf, entries: entries as readonly Entry[] };
};
