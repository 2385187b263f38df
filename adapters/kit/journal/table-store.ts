import { WaslError } from '../../../services/kernel/codes.ts';
import type { Digest } from '../../../services/kernel/digest.ts';
import { type JournalBody, lineDigest, parseJournalLine } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import { isStatusEntry, type StatusEntry } from '../../../services/kernel/status-book.ts';
import type { Pool, PoolClient } from '../../../services/platform/store/pool.ts';
import { type Memory, type Plan, quotaKey, type Wish } from './plan.ts';
import type { OfferedBody } from './port.ts';

interface HeadRow {
  size: string;
  digest: Digest | null;
}

const headOf = (row: HeadRow | undefined): JournalHead => {
  if (row === undefined) throw new Error('the journal has no head row');
  return { size: Number(row.size), head: row.digest };
};

export const readHead = async (pool: Pool): Promise<JournalHead> =>
  headOf((await pool.query<HeadRow>('select size, digest from wasl_journal.head')).rows[0]);

/** Waits for every other replica's transaction, and holds all of them off until this one ends. */
export const lockHead = async (client: PoolClient): Promise<JournalHead> =>
  headOf((await client.query<HeadRow>('select size, digest from wasl_journal.head for update')).rows[0]);

const isOffered = (body: JournalBody): body is OfferedBody => body.kind === 'offered';

/** What the table remembers of these wishes. A statement of its own behind the lock: its snapshot must be younger than the lock. */
export const recall = async (client: PoolClient, wishes: readonly Wish[]): Promise<Memory> => {
  const offered = wishes.map(({ body }) => body).filter(isOffered);
  if (offered.length === 0) return { seen: () => false, used: () => 0 };
  const { rows } = await client.query<{ id: string | null; agreement: string; day: string; used: string }>({
    name: 'journal-recall',
    text: `select request_id as id, '' as agreement, '' as day, 0 as used from wasl_journal.seen
        where request_id = any($1::text[])
      union all
      select null, agreement, day, used from wasl_journal.quota
        where (agreement, day) in (select * from unnest($2::text[], $3::text[]))`,
    values: [
      offered.map(({ requestId }) => requestId),
      offered.map(({ agreement }) => agreement),
      offered.map(({ day }) => day),
    ],
  });
  const ids = new Set(rows.map(({ id }) => id));
  const used = new Map(rows.map((row) => [quotaKey(row.agreement, row.day), Number(row.used)]));
  return { seen: (id) => ids.has(id), used: (agreement, day) => used.get(quotaKey(agreement, day)) ?? 0 };
};

/** Writes a plan's lines, what they make remembered, and the new head. */
export const store = async (client: PoolClient, { lines }: Plan): Promise<void> => {
  const last = lines.at(-1);
  if (last === undefined) return;
  const offered = lines.flatMap(({ body, head }) => (isOffered(body) ? [{ body, sequence: head.size - 1 }] : []));
  await client.query({
    name: 'journal-store',
    text: `with entry as (
        insert into wasl_journal.entries (sequence, digest, line) select * from unnest($1::bigint[], $2::text[], $3::text[])
      ), offered as (
        select * from unnest($4::text[], $5::bigint[], $6::text[], $7::text[]) as o (request_id, sequence, agreement, day)
      ), remembered as (
        insert into wasl_journal.seen (request_id, sequence) select request_id, min(sequence) from offered group by request_id
        on conflict (request_id) do nothing
      ), counted as (
        insert into wasl_journal.quota as q (agreement, day, used)
        select agreement, day, count(*) from offered group by agreement, day
        on conflict (agreement, day) do update set used = q.used + excluded.used
      )
      update wasl_journal.head set size = $8, digest = $9`,
    values: [
      lines.map(({ head }) => head.size - 1),
      lines.map(({ head }) => head.head),
      lines.map(({ line }) => line),
      offered.map(({ body }) => body.requestId),
      offered.map(({ sequence }) => sequence),
      offered.map(({ body }) => body.agreement),
      offered.map(({ body }) => body.day),
      last.head.size,
      last.head.head,
    ],
  });
};

/** Whether the plan's first line stands where it was to be written; a transaction is whole, so then all of it does. */
export const stands = async (client: PoolClient, { lines }: Plan): Promise<boolean> => {
  const [first] = lines;
  if (first === undefined) return true;
  const { rowCount } = await client.query('select 1 from wasl_journal.entries where sequence = $1 and digest = $2', [
    first.head.size - 1,
    first.head.head,
  ]);
  return rowCount === 1;
};

/** Lines from `sequence` on, below `end`, in order: a page of them. */
export const readLines = async (pool: Pool, sequence: number, end: number): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ line: string }>(
    'select line from wasl_journal.entries where sequence >= $1 and sequence < $2 order by sequence limit 256',
    [sequence, end],
  );
  return rows.map(({ line }) => line);
};

/** The entries of status lists, by an index of their own: the chain around them is not read. */
export const readStatusEntries = async (pool: Pool): Promise<readonly StatusEntry[]> => {
  const { rows } = await pool.query<{ sequence: string; digest: string; line: string }>(
    `select sequence, digest, line from wasl_journal.entries where line like '{"body":{"kind":"status-%' order by sequence`,
  );
  return rows.map(({ sequence, digest, line }) => {
    const entry = parseJournalLine(line);
    if (entry === undefined || !isStatusEntry(entry) || lineDigest(line) !== digest)
      throw new WaslError('journal-damaged', { sequence: Number(sequence) });
    return entry;
  });
};
