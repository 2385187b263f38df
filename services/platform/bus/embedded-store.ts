import type { StoreLog } from '../store/index.ts';
import { type Pool, type PoolClient, transaction } from '../store/index.ts';
import type { BusMessage, BusRecord, TopicSpec } from './port.ts';

/** Records of one read at most, and bytes of values after which a read ends: a backlog streams through pages of this size. */
const PAGE = { records: 256, bytes: 4 * 1024 * 1024 };

/** What the parts of the embedded bus share. */
export interface Shared {
  readonly url: string;
  readonly pool: Pool;
  readonly log: StoreLog | undefined;
  readonly closing: AbortSignal;
  /** Resolves when the topic may have something new of another key than `except`, or after `ms`, or when `signal` aborts. */
  wake(
    topic: string,
    until: { readonly ms: number; readonly signal: AbortSignal; readonly except?: string | undefined },
  ): Promise<void>;
  /** Tells all readers of the topic, here and elsewhere, that there is something new of these keys. */
  announce(topic: string, keys: readonly string[]): void;
}

interface Row {
  offset: string;
  key: string;
  value: Buffer | null;
  headers: Record<string, string>;
  ms: string;
}

export interface Page {
  readonly messages: readonly BusMessage[];
  /** Behind the last place that was looked at; `from` when nothing was found. */
  readonly next: bigint;
}

/** Reads on from a place; records of the key `except` are passed over unread. */
export async function readPage(
  pool: Pool,
  { topic, partition, from, except }: { topic: string; partition: number; from: bigint; except?: string | undefined },
): Promise<Page> {
  const { rows } = await pool.query<Row>({
    name: 'bus-page',
    text: `select "offset", key, case when key is distinct from $6 then value end as value, headers,
        (extract(epoch from at) * 1000)::bigint as ms from (
        select *, sum(octet_length(value)) over (order by "offset") - octet_length(value) as before from (
          select * from bus.messages where topic = $1 and partition = $2 and "offset" >= $3 order by "offset" limit $4
        ) page
      ) sized where before < $5 order by "offset"`,
    values: [topic, partition, from.toString(), PAGE.records, PAGE.bytes, except ?? null],
  });
  const last = rows.at(-1);
  const messages = rows.flatMap(({ offset, key, value, headers, ms }) =>
    value === null
      ? []
      : [
          {
            topic,
            partition,
            offset: BigInt(offset),
            key,
            value: new Uint8Array(value),
            headers,
            timeMs: Number(ms),
          },
        ],
  );
  return { messages, next: last === undefined ? from : BigInt(last.offset) + 1n };
}

/** The offset after the last of each partition; throws when there is no such topic. */
export async function readEnds(pool: Pool, topic: string): Promise<Map<number, bigint>> {
  const { rows } = await pool.query<{ partition: number; next_offset: string }>({
    name: 'bus-ends',
    text: 'select partition, next_offset from bus.partitions where topic = $1 order by partition',
    values: [topic],
  });
  if (rows.length === 0) throw new Error(`there is no topic ${topic}`);
  return new Map(rows.map((row) => [row.partition, BigInt(row.next_offset)]));
}

/** The first offset of each partition taken at or after a wall time; none where there is no such record. */
export async function readSince(pool: Pool, topic: string, sinceMs: number): Promise<Map<number, bigint>> {
  const { rows } = await pool.query<{ partition: number; first: string }>(
    `select partition, min("offset") as first from bus.messages
     where topic = $1 and at >= to_timestamp($2::double precision / 1000) group by partition`,
    [topic, sinceMs],
  );
  return new Map(rows.map(({ partition, first }) => [partition, BigInt(first)]));
}

const bufferOf = ({ value }: BusRecord): Buffer => Buffer.from(value.buffer, value.byteOffset, value.byteLength);

/** Appends in the connection's transaction; from a pool, in one of its own and one round trip. */
export async function append(client: Pool | PoolClient, topic: string, records: readonly BusRecord[]): Promise<void> {
  const [only, ...others] = records;
  if (only !== undefined && others.length === 0) {
    await client.query({
      name: 'bus-publish-one',
      text: 'select bus.publish_one($1, $2, $3, $4)',
      values: [topic, only.key, bufferOf(only), JSON.stringify(only.headers ?? {})],
    });
    return;
  }
  await client.query({
    name: 'bus-publish',
    text: 'select bus.publish($1, $2::text[], $3::bytea[], $4::jsonb[])',
    values: [
      topic,
      records.map(({ key }) => key),
      records.map(bufferOf),
      records.map(({ headers }) => JSON.stringify(headers ?? {})),
    ],
  });
}

export async function ensureTopics(pool: Pool, topics: readonly TopicSpec[]): Promise<void> {
  await transaction(pool, async (client) => {
    for (const { name, partitions, cleanup, retentionMs } of topics) {
      await client.query('insert into bus.topics values ($1, $2, $3, $4) on conflict (name) do nothing', [
        name,
        partitions,
        cleanup,
        retentionMs,
      ]);
      const { rows } = await client.query<{ partitions: number; cleanup: string }>(
        'select partitions, cleanup from bus.topics where name = $1',
        [name],
      );
      const held = rows[0];
      if (held?.partitions !== partitions || held.cleanup !== cleanup) {
        throw new Error(
          `topic ${name} exists with ${held?.partitions} partitions and cleanup ${held?.cleanup}; wanted ${partitions} and ${cleanup}`,
        );
      }
      await client.query(
        `insert into bus.partitions (topic, partition) select $1, generate_series(0, $2::int - 1) on conflict do nothing`,
        [name, partitions],
      );
    }
  });
}

/** Waits between attempts of one thing: 50 ms, doubling to 2 s, with jitter. */
export function backoff(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), 2_000) * (0.5 + Math.random());
}
