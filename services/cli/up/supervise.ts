import { setTimeout as wait } from 'node:timers/promises';

/** One life of a supervised process. */
export interface Life {
  readonly pid: number;
  /** Resolves with a word on how it ended. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

export interface Supervised {
  readonly name: string;
  pid(): number;
  /** Ends it for good. */
  stop(): Promise<void>;
}

const BACKOFF_MS = { least: 500, most: 15_000 };
/** A life as long as this makes the next backoff short again. */
const STEADY_MS = 30_000;

/** Starts a process and, whenever it dies, starts it again with backoff, and says so. Resolves once its first life has begun. */
export const supervise = async (
  name: string,
  begin: () => Promise<Life>,
  say: (text: string) => void,
  changed: () => void,
): Promise<Supervised> => {
  const stopping = new AbortController();
  let life = await begin();
  const keep = async (): Promise<void> => {
    let delay = BACKOFF_MS.least;
    for (;;) {
      const began = Date.now();
      const how = await life.exited;
      if (stopping.signal.aborted) return;
      if (Date.now() - began > STEADY_MS) delay = BACKOFF_MS.least;
      say(`${name} ended (${how}); it is started again in ${delay} ms`);
      for (let begun = false; !begun; ) {
        await wait(delay, undefined, { signal: stopping.signal }).catch(() => undefined);
        if (stopping.signal.aborted) return;
        delay = Math.min(delay * 2, BACKOFF_MS.most);
        try {
          life = await begin();
          begun = true;
        } catch (error) {
          say(`${name} did not start: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      say(`${name} runs again (pid ${life.pid})`);
      changed();
    }
  };
  const keeping = keep();
  return {
    name,
    pid: () => life.pid,
    stop: async () => {
      stopping.abort();
      await life.stop();
      if ((await life.exited) === 'signal SIGKILL') say(`${name} did not end by itself and was killed`);
      await keeping;
    },
  };
};
