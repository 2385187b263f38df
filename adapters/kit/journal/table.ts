import { WaslError } from '../../../services/kernel/codes.ts';
import { EMPTY_HEAD, readJournalLine } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import {
  checkDurability,
  migrate,
  openPool,
  type PoolClient,
  transaction,
} from '../../../services/platform/store/index.ts';
import { makeGroups } from './group.ts';
import { checkBody, type Granted, planGroup, quotaKey, type Wish } from './plan.ts';
import type { Journal } from './port.ts';

const PAGE = 500;

/**
 * The journal of an agency with several replicas: a table in the ministry's own PostgreSQL (schema `wasl_journal`). One transaction a
 * group; a lock on the chain's end makes them follow each other. A commit whose fate is unknown needs no repair: the next group reads the
 * end anew, and whoever was rejected has been promised nothing.
 */
export async function openTableJournal({ url }: { readonly url: string }): Promise<Journal> {
  const pool = openPool(url, { max: 3, applicationName: 'wasl journal' });
  try {
    await checkDurability(pool);
    await migrate(pool, 'wasl_journal', new URL('./migrations/', import.meta.url));
  } catch (error) {
    await pool.end();
    throw error;
  }

  const end = async (client: Pick<PoolClient, 'query'>): Promise<JournalHead> => {
    const { rows } = await client.query<{ sequence: string; digest: string }>(
      'select sequence, digest from wasl_journal.entries order by sequence desc limit 1',
    );
    const [last] = rows;
    return last === undefined
      ? EMPTY_HEAD
      : { size: Number(last.sequence) + 1, head: last.digest as NonNullable<JournalHead['head']> };
  };

  const commit = (wishes: readonly Wish[]): Promise<readonly Granted[]> =>
    transaction(pool, async (client) => {
      await client.query(`select pg_advisory_xact_lock(hashtextextended('wasl_journal', 0))`);
      const offered = wishes.flatMap(({ body }) => (body.kind === 'offered' ? [body] : []));
      const known = await client.query<{ request_id: string }>(
        'select request_id from wasl_journal.seen where request_id = any($1::text[])',
        [offered.map(({ requestId }) => requestId)],
      );
      const counts = await client.query<{ agreement: string; day: string; used: string }>(
        'select agreement, day, used from wasl_journal.quota where agreement = any($1::text[]) and day = any($2::text[])',
        [offered.map(({ agreement }) => agreement), offered.map(({ day }) => day)],
      );
      const seen = new Set(known.rows.map(({ request_id }) => request_id));
      const used = new Map(counts.rows.map((row) => [quotaKey(row.agreement, row.day), Number(row.used)]));
      const memory = {
        seen: (requestId: string) => seen.has(requestId),
        used: (agreement: string, day: string) => used.get(quotaKey(agreement, day)) ?? 0,
      };
      const { lines, granted } = planGroup(memory, await end(client), wishes, Date.now());
      await client.query(
        'insert into wasl_journal.entries select * from unnest($1::bigint[], $2::text[], $3::text[])',
        [lines.map(({ head }) => head.size - 1), lines.map(({ line }) => line), lines.map(({ head }) => head.head)],
      );
      for (const { body } of lines) {
        if (body.kind !== 'offered') continue;
        await client.query('insert into wasl_journal.seen values ($1)', [body.requestId]);
        await client.query(
          `insert into wasl_journal.quota values ($1, $2, 1)
           on conflict (agreement, day) do update set used = wasl_journal.quota.used + 1`,
          [body.agreement, body.day],
        );
      }
      return granted;
    }).catch((cause: unknown) => {
      throw new WaslError('journal-unavailable', {}, { cause });
    });
  const groups = makeGroups(commit);
  const readHead = (): Promise<JournalHead> =>
    end(pool).catch((cause: unknown) => {
      throw new WaslError('journal-unavailable', {}, { cause });
    });

  return {
    head: readHead,
    append: async (body) => {
      checkBody(body);
      const granted = await groups.add({ body });
      return granted.kind === 'appended' ? granted.head : readHead();
    },
    admit: async (body, quotaPerDay) => {
      checkBody(body);
      const { kind } = await groups.add({ body, quotaPerDay });
      return kind === 'appended' ? 'admitted' : kind;
    },
    read: async function* () {
      let head = EMPTY_HEAD;
      for (;;) {
        const { rows } = await pool.query<{ line: string }>(
          'select line from wasl_journal.entries where sequence >= $1 order by sequence limit $2',
          [head.size, PAGE],
        );
        if (rows.length === 0) return;
        for (const { line } of rows) {
          const read = readJournalLine(head, line);
          head = read.head;
          yield { entry: read.entry, line };
        }
      }
    },
    close: async () => {
      await groups.drain();
      await pool.end();
    },
  };
}
