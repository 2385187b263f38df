import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { StoreLog } from './log.ts';

/** A running LISTEN; `close` ends it. */
export interface Listening {
  close(): Promise<void>;
}

/**
 * Listens on a channel for ever. `heard(payload)` is called per notification, and with undefined after every (re)connect, since
 * what was said meanwhile is not known. Resolves once it listens for the first time, rejects when that fails.
 */
export async function listen(
  url: string,
  channel: string,
  heard: (payload: string | undefined) => void,
  log?: StoreLog,
): Promise<Listening> {
  const closing = new AbortController();
  let client: pg.Client | undefined;
  const connect = async () => {
    const next = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 5_000 });
    let lost = false;
    const onLost = () => {
      if (lost) return;
      lost = true;
      if (client === next) {
        client = undefined;
        void again();
      }
    };
    next.on('error', onLost);
    next.on('end', onLost);
    next.on('notification', ({ payload }) => heard(payload));
    try {
      await next.connect();
      await next.query(`listen "${channel.replaceAll('"', '""')}"`);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    if (lost) throw new Error('the connection was lost');
    client = next;
    if (closing.signal.aborted) await next.end();
    else heard(undefined);
  };
  const again = async () => {
    for (let ms = 100; !closing.signal.aborted; ms = Math.min(ms * 2, 2_000)) {
      try {
        await connect();
        return;
      } catch (error) {
        log?.debug({ err: error }, 'cannot listen yet');
        await wait(ms / 2 + Math.random() * ms, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };
  await connect();
  return {
    async close() {
      closing.abort();
      const last = client;
      client = undefined;
      await last?.end().catch(() => undefined);
    },
  };
}
