import { backoff, readEnds, readPage, readSince, type Shared } from './embedded-store.ts';
import type { FollowOptions, Subscription } from './port.ts';
import { deferred, pause } from './wait.ts';

const POLL_MS = 500;

/** Follows all partitions of a topic; resolves once its starting place is known. */
export async function follow(shared: Shared, { topic, from, handle }: FollowOptions): Promise<Subscription> {
  const ends = await readEnds(shared.pool, topic);
  const since = typeof from === 'object' ? await readSince(shared.pool, topic, from.sinceMs) : undefined;
  const startOf = (partition: number, end: bigint) => (from === 'beginning' ? 0n : (since?.get(partition) ?? end));
  const cursors = new Map([...ends].map(([partition, end]) => [partition, startOf(partition, end)]));
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, shared.closing]);
  const caughtUp = deferred();
  const closed = deferred();

  const round = async () => {
    let moved = false;
    for (const [partition, cursor] of cursors) {
      const page = await readPage(shared.pool, topic, partition, cursor);
      for (const message of page) {
        if (signal.aborted) return true;
        try {
          await handle(message);
        } catch (error) {
          throw new HandlerFault('the handler failed', { cause: error });
        }
        cursors.set(partition, message.offset + 1n);
        moved = true;
      }
      // What retention has taken is not waited for.
      const end = ends.get(partition) ?? 0n;
      if (page.length === 0 && (cursors.get(partition) ?? 0n) < end) cursors.set(partition, end);
    }
    if ([...ends].every(([partition, end]) => (cursors.get(partition) ?? 0n) >= end)) caughtUp.resolve();
    return moved;
  };
  const run = async () => {
    let failures = 0;
    while (!signal.aborted) {
      const woken = shared.wake(topic, POLL_MS, signal);
      try {
        const moved = await round();
        failures = 0;
        if (!moved) await woken;
      } catch (error) {
        if (error instanceof HandlerFault) throw error.cause;
        shared.log?.warn({ err: error, topic }, 'the log cannot be read; trying again');
        await pause(backoff(failures++), signal);
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
