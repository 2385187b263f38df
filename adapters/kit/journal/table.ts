import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../../../services/kernel/codes.ts';
import { EMPTY_HEAD, type JournalEntry, lineDigest, readJournalLine } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import { checkDurability } from '../../../services/platform/store/durability.ts';
import type { StoreLog } from '../../../services/platform/store/log.ts';
import { migrate } from '../../../services/platform/store/migrate.ts';
import { openPool, type Pool, transaction } from '../../../services/platform/store/pool.ts';
import { makeGroups } from './group.ts';
import { type Granted, type Plan, planGroup, textOf, type Wish } from './plan.ts';
import type { Journal } from './port.ts';
import { lockHead, readHead, readLines, readStatusEntries, recall, stands, store } from './table-store.ts';

export interface TableJournalOptions {
  /** A PostgreSQL database of the agency's own, whose role may create the schema `wasl_journal`. */
  readonly url: string;
  readonly log?: StoreLog;
}

/** Pauses before trying a group again, ms: enough for a connection that broke, not for a server that is away. */
const PAUSES = [50, 400];
const ANSWER_WITHIN_MS = 5_000;

/**
 * The journal as a table, one chain for all replicas of an adapter. A group is one transaction under the head's row lock. Throws
 * `config-invalid` when the database cannot be used, and `journal-damaged` when its last entry is not its head.
 */
export const openTableJournal = async ({ url, log }: TableJournalOptions): Promise<Journal> => {
  const pool = openPool(withLimits(url), {
    max: 4,
    applicationName: 'wasl journal',
    connectTimeoutMs: ANSWER_WITHIN_MS,
    queryTimeoutMs: ANSWER_WITHIN_MS,
    ...(log === undefined ? {} : { log }),
  });
  try {
    await checkDurability(pool);
    await migrate(pool, 'wasl_journal', new URL('./migrations/', import.meta.url));
    await checkHead(pool);
  } catch (cause) {
    await pool.end();
    if (cause instanceof WaslError) throw cause;
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new WaslError('config-invalid', { what: `the journal's database cannot be used: ${reason}` }, { cause });
  }
  return tableJournal(pool, log);
};

const tableJournal = (pool: Pool, log: StoreLog | undefined): Journal => {
  const groups = makeGroups(async (wishes: readonly Wish[]): Promise<readonly Granted[]> => {
    let tried: Plan | undefined;
    let standing: Plan | undefined;
    const attempt = () =>
      transaction(pool, async (client) => {
        const head = await lockHead(client);
        // A commit whose answer was lost. Under the lock that transaction has ended, so this tells how.
        if (tried !== undefined && (await stands(client, tried))) {
          standing = tried;
          return tried;
        }
        const plan = planGroup(await recall(client, wishes), head, wishes, Date.now());
        await store(client, plan);
        tried = plan;
        return plan;
        // Commit point: behind it the group stands, in front of it nothing of it does.
      });
    for (let failures = 0; ; failures += 1) {
      try {
        return (await attempt()).granted;
      } catch (cause) {
        if (standing !== undefined) return standing.granted;
        if (cause instanceof WaslError) throw cause;
        const pause = PAUSES[failures];
        const reason = (cause as { code?: string }).code ?? 'connection';
        log?.warn({ reason, again: pause !== undefined }, 'the journal cannot be written');
        if (pause === undefined) throw unavailable(cause);
        await wait(pause);
      }
    }
  });

  const append: Journal['append'] = async (body) => {
    const granted = await groups.add({ body, text: textOf(body) });
    if (granted.kind !== 'appended') throw new WaslError('internal');
    return granted.head;
  };
  return {
    head: () => readHead(pool).catch((cause) => Promise.reject(unavailable(cause))),
    append,
    admit: async (body, quotaPerDay) => {
      const granted = await groups.add({ body, text: textOf(body), quotaPerDay });
      return granted.kind === 'appended' ? 'admitted' : granted.kind;
    },
    read: () => readChain(pool),
    statusBook: { append, read: () => readStatusEntries(pool).catch(known) },
    close: async () => {
      await groups.drain();
      await pool.end();
    },
  };
};

const unavailable = (cause: unknown): WaslError => new WaslError('journal-unavailable', {}, { cause });
const known = (cause: unknown): never => {
  throw cause instanceof WaslError ? cause : unavailable(cause);
};
const damagedAt = (sequence: number): WaslError => new WaslError('journal-damaged', { sequence });

/** A replica that stops in the middle of a transaction holds the head; the server ends its session, and the others go on. */
const withLimits = (url: string): string => {
  const limited = new URL(url);
  limited.searchParams.set('idle_in_transaction_session_timeout', String(ANSWER_WITHIN_MS));
  return limited.href;
};

const checkHead = async (pool: Pool): Promise<void> => {
  const head = await readHead(pool);
  const [last, beyond] = await readLines(pool, Math.max(0, head.size - 1), head.size + 1);
  if (head.size === 0 ? last !== undefined : last === undefined || lineDigest(last) !== head.head)
    throw damagedAt(Math.max(0, head.size - 1));
  if (beyond !== undefined) throw damagedAt(head.size);
};

async function* readChain(pool: Pool): AsyncGenerator<{ entry: JournalEntry; line: string }> {
  const reading = <T>(work: Promise<T>): Promise<T> => work.catch((cause) => Promise.reject(unavailable(cause)));
  const target = await reading(readHead(pool));
  let reached: JournalHead = EMPTY_HEAD;
  while (reached.size < target.size) {
    const lines = await reading(readLines(pool, reached.size, target.size));
    if (lines.length === 0) throw damagedAt(reached.size);
    for (const line of lines) {
      const { entry, head } = readJournalLine(reached, line);
      reached = head;
      yield { entry, line };
    }
  }
  if (reached.head !== target.head) throw damagedAt(target.size - 1);
}
