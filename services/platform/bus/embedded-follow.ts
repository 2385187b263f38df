import { backoff, readEnds, readPage, readSince, type Shared } from './embedded-store.ts';
import type { FollowOptions, Subscription } from './port.ts';
import { deferred, pause } from './wait.ts';

const POLL_MS = 500;
const GAP_MS = 20;

/** Follows all partitions of a topic; resolves once its starting place is known. */
export async function follow(shared: Shared, { topic, from, except, handle }: FollowOptions): Promise<Subscription> {
  const ends = await readEnds(shared.pool, topic);
  const since = typeof from === 'object' ? await readSince(shared.pool, topic, from.sinceMs) : undefined;
  const startOf = (partition: number, end: bigint) => (from === 'beginning' ? 0n : (since?.get(partition) ?? end));
  const cursors = new Map([...ends].map(([partition, end]) => [partition, startOf(partition, end)]));
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, shared.closing]);
  const caughtUp = deferred();
  const closed = deferred();

  /** Reads a page of each partition that has something new; whether there is more. */
  const round = async () => {
    const heads = await readEnds(shared.pool, topic);
    let behind = false;
    for (const [partition, cursor] of cursors) {
      const head = heads.get(partition) ?? 0n;
      if (cursor >= head) continue;
      const page = await readPage(shared.pool, { topic, partition, from: cursor, except });
      for (const message of page.messages) {
        if (signal.aborted) return true;
        try {
          await handle(message);
        } catch (error) {
          throw new HandlerFault('the handler failed', { cause: error });
        }
        cursors.set(partition, message.offset + 1n);
      }
      // What retention has taken is not waited for.
      const next = page.next === cursor ? head : page.next;
      cursors.set(partition, next);
      behind ||= next < head;
    }
    if ([...ends].every(([partition, end]) => (cursors.get(partition) ?? 0n) >= end)) caughtUp.resolve();
    return behind;
  };
  const run = async () => {
    let failures = 0;
    let listening = new AbortController();
    signal.addEventListener('abort', () => listening.abort());
    while (!signal.aborted) {
      listening = new AbortController();
      const woken = shared.wake(topic, { ms: POLL_MS, signal: listening.signal, except });
      try {
        const behind = await round();
        failures = 0;
        if (behind) continue;
        await woken;
        // A busy writer wakes us at each of its commits; what came in between is read at once.
        await pause(GAP_MS, signal);
      } catch (error) {
        if (error instanceof HandlerFault) throw error.cause;
        shared.log?.warn({ err: error, topic }, 'the log cannot be read; trying again');
        await pause(backoff(failures++), signal);
      } finally {
        // Through a backlog there is a page after the other, and nobody waits to be woken.
        listening.abort();
      }
    }
  };
  const running = run().then(closed.resolve, (error) => {
    caughtUp.reject(error);
    closed.reject(error);
  });
  return {
    caughtUp: caughtUp.promise,
    closed: closed.promise,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

class HandlerFault extends Error {}
