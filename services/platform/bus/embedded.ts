import { randomUUID } from 'node:crypto';
import { checkDurability, listen, migrate, openPool, type StoreLog } from '../store/index.ts';
import { follow } from './embedded-follow.ts';
import { subscribe } from './embedded-group.ts';
import { append, ensureTopics, type Shared } from './embedded-store.ts';
import { sweep } from './embedded-sweep.ts';
import type { Bus, BusRecord, Subscription } from './port.ts';
import { within } from './within.ts';

const CHANNEL = 'wasl_bus';

export interface EmbeddedBusOptions {
  /** The hub's database. */
  readonly url: string;
  readonly log?: StoreLog;
  /** After this many ms a publish that has no answer rejects; 5 s unless told. */
  readonly publishTimeoutMs?: number;
}

/** A reader that waits for something new of any key but `except`. */
interface Waiting {
  readonly except: string | undefined;
  readonly wake: () => void;
}

/** The bus as a log in PostgreSQL, in the schema `bus`. Throws when the server is away now, or would lose what it acknowledges. */
export async function openEmbeddedBus(options: EmbeddedBusOptions): Promise<Bus> {
  const { url, log } = options;
  const timeoutMs = options.publishTimeoutMs ?? 5_000;
  const logged = log === undefined ? {} : { log };
  const settings = { applicationName: 'wasl bus', connectTimeoutMs: timeoutMs, ...logged };
  // Publishing never queues behind readers.
  const pool = openPool(url, { ...settings, max: 6, queryTimeoutMs: 30_000 });
  const writers = openPool(url, { ...settings, max: 2, queryTimeoutMs: timeoutMs });
  const closing = new AbortController();
  const waiting = new Map<string, Set<Waiting>>();
  const rouse = (topic: string | undefined, keys?: readonly string[]) => {
    for (const [name, wakers] of waiting) {
      if (topic !== undefined && topic !== name) continue;
      for (const { except, wake } of [...wakers]) if (keys?.every((key) => key === except) !== true) wake();
    }
  };
  // What we said ourselves was told to our own readers at once, and to those who want it.
  const self = randomUUID();
  const heard = (said: string | undefined) => {
    const [from, topic] = said?.split(' ') ?? [];
    if (from !== self) rouse(topic);
  };
  const endPools = () => Promise.all([pool.end(), writers.end()]);
  const hear = await prepare().catch(async (error) => {
    await endPools();
    throw error;
  });
  async function prepare() {
    await checkDurability(pool);
    await migrate(pool, 'bus', new URL('./migrations/', import.meta.url));
    return listen(url, CHANNEL, heard, log);
  }

  // Said after the commit, by a statement of its own: a NOTIFY inside would make all commits of the database wait for each other.
  const unsaid = new Set<string>();
  let saying: Promise<void> | undefined;
  const say = async () => {
    while (unsaid.size > 0) {
      const topics = [...unsaid];
      unsaid.clear();
      await pool
        .query({
          name: 'bus-say',
          text: `select pg_notify($1, $2 || ' ' || t) from unnest($3::text[]) t`,
          values: [CHANNEL, self, topics],
        })
        .catch(() => undefined);
    }
    saying = undefined;
  };
  const shared: Shared = {
    url,
    pool,
    log,
    closing: closing.signal,
    wake: (topic, { ms, signal, except }) =>
      new Promise((resolve) => {
        const wakers = waiting.get(topic) ?? new Set();
        waiting.set(topic, wakers);
        const wake = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          wakers.delete(own);
          resolve();
        };
        const own: Waiting = { except, wake };
        const timer = setTimeout(wake, ms);
        wakers.add(own);
        signal.addEventListener('abort', wake);
        if (signal.aborted) wake();
      }),
    announce(topic, keys) {
      rouse(topic, keys);
      unsaid.add(topic);
      saying ??= say();
    },
  };
  const subscriptions = new Set<Subscription>();
  /** Kept until it is stopped, so that `close` ends it; no longer, since its handler holds on to what it has read. */
  const kept = (subscription: Subscription): Subscription => {
    const own: Subscription = {
      ...subscription,
      stop: async () => {
        await subscription.stop();
        subscriptions.delete(own);
      },
    };
    subscriptions.add(own);
    return own;
  };
  const sweeping = sweep(shared);

  async function publish(topic: string, records: readonly BusRecord[]): Promise<void> {
    if (records.length === 0) return;
    const until = Date.now() + timeoutMs;
    const work = (async () => {
      const client = await writers.connect();
      let fault: Error | undefined;
      try {
        // Whoever called has given up by now; writing it behind their back would only make a duplicate.
        if (Date.now() >= until) throw new Error('the log is away');
        await append(client, topic, records);
      } catch (error) {
        fault = error as Error;
        throw error;
      } finally {
        client.release(fault);
      }
    })();
    await within(work, timeoutMs);
    shared.announce(
      topic,
      records.map(({ key }) => key),
    );
  }

  return {
    ensureTopics: (topics) => ensureTopics(pool, topics),
    publish,
    async subscribe(group) {
      const parking = { name: group.parkingTopic, partitions: 1, cleanup: 'delete', retentionMs: -1 } as const;
      const { rowCount } = await pool.query('select 1 from bus.topics where name = $1', [group.parkingTopic]);
      if (rowCount === 0) await ensureTopics(pool, [parking]);
      return kept(await subscribe(shared, group, randomUUID()));
    },
    follow: async (following) => kept(await follow(shared, following)),
    async check() {
      const { rows } = await within(writers.query('select pg_is_in_recovery() as readonly'), timeoutMs);
      if (rows[0]?.readonly !== false) throw new Error('the database of the bus takes no writes');
    },
    async close() {
      closing.abort();
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      await Promise.all([sweeping, saying]);
      await hear.close();
      await endPools();
    },
  };
}
