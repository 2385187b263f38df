import { transaction } from '../store/index.ts';
import { backoff, readEnds, type Shared } from './embedded-store.ts';
import { type Claim, Worker } from './embedded-worker.ts';
import type { GroupOptions, Subscription } from './port.ts';
import { deferred, pause } from './wait.ts';

const LEASE_MS = 6_000;
const BEAT_MS = 500;

/** Joins a group. Partitions go to members in turn by member id; one moves when its holder lets go of it or its lease ends. */
export async function subscribe(shared: Shared, options: GroupOptions, member: string): Promise<Subscription> {
  const { topic, group } = options;
  const ends = await readEnds(shared.pool, topic);
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, shared.closing]);
  const caughtUp = deferred();
  const closed = deferred();
  const workers = new Map<number, Worker>();
  let caught = false;

  const release = async (partition: number) => {
    await workers.get(partition)?.stop();
    workers.delete(partition);
    await shared.pool.query(
      'update bus.group_offsets set owner = null where topic = $1 and group_id = $2 and partition = $3 and owner = $4',
      [topic, group, partition, member],
    );
  };
  const beat = async () => {
    const { wanted, claims } = await claim(shared, topic, group, member, new Set(workers.keys()));
    for (const fresh of claims) {
      const worker = new Worker(shared, options, fresh);
      workers.set(fresh.partition, worker);
      void worker.done.then(() => {
        if (workers.get(fresh.partition) === worker) workers.delete(fresh.partition);
      });
    }
    // Letting go waits for the message in hand; the lease is kept up meanwhile.
    for (const partition of workers.keys()) {
      if (!wanted.has(partition)) void release(partition).catch(() => undefined);
    }
    if (!caught && (await isCaughtUp(shared, topic, group, ends))) {
      caught = true;
      caughtUp.resolve();
    }
  };
  const run = async () => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await beat();
        failures = 0;
        await pause(caught ? BEAT_MS : BEAT_MS / 5, signal);
      } catch (error) {
        shared.log?.warn({ err: error, topic, group }, 'the group cannot be reached; trying again');
        await pause(backoff(failures++), signal);
      }
    }
    await Promise.all([...workers.keys()].map((partition) => release(partition).catch(() => undefined)));
    await shared.pool
      .query('delete from bus.members where topic = $1 and group_id = $2 and member = $3', [topic, group, member])
      .catch(() => undefined);
  };
  const running = run().then(closed.resolve, closed.reject);
  return {
    caughtUp: caughtUp.promise,
    closed: closed.promise,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** One heartbeat: keeps the member's lease, drops members whose lease ended, and claims the partitions due to it that nobody holds. */
async function claim(shared: Shared, topic: string, group: string, member: string, held: ReadonlySet<number>) {
  return transaction(shared.pool, async (client) => {
    const of = [topic, group];
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`${topic}\n${group}`]);
    await client.query(
      'delete from bus.members where topic = $1 and group_id = $2 and expires_at < clock_timestamp()',
      of,
    );
    await client.query(
      `insert into bus.members values ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')
       on conflict (topic, group_id, member) do update set expires_at = excluded.expires_at`,
      [...of, member, LEASE_MS],
    );
    await client.query(
      `insert into bus.group_offsets (topic, group_id, partition)
       select topic, $2, partition from bus.partitions where topic = $1 on conflict do nothing`,
      of,
    );
    const { rows } = await client.query<{ partition: number; free: boolean }>(
      `select o.partition, (o.owner is null or o.owner = $3 or m.member is null) as free
       from bus.group_offsets o
       left join bus.members m on m.topic = o.topic and m.group_id = o.group_id and m.member = o.owner
       where o.topic = $1 and o.group_id = $2 and o.partition % (
           select count(*) from bus.members where topic = $1 and group_id = $2
         ) = (select count(*) from bus.members where topic = $1 and group_id = $2 and member < $3::uuid)
       order by o.partition`,
      [...of, member],
    );
    const wanted = new Set(rows.map(({ partition }) => partition));
    const due = rows.filter(({ partition, free }) => free && !held.has(partition)).map(({ partition }) => partition);
    const claimed = await client.query<{ partition: number; generation: string; next_offset: string }>(
      `update bus.group_offsets set owner = $3, generation = generation + 1
       where topic = $1 and group_id = $2 and partition = any($4::int[]) returning partition, generation, next_offset`,
      [...of, member, due],
    );
    const claims: Claim[] = claimed.rows.map((row) => ({
      partition: row.partition,
      generation: row.generation,
      next: BigInt(row.next_offset),
    }));
    return { wanted, claims };
  });
}

async function isCaughtUp(shared: Shared, topic: string, group: string, ends: ReadonlyMap<number, bigint>) {
  const { rows } = await shared.pool.query<{ behind: boolean }>(
    `select exists (
       select 1 from unnest($3::int[], $4::bigint[]) as e (partition, until)
       left join bus.group_offsets o on o.topic = $1 and o.group_id = $2 and o.partition = e.partition
       where exists (select 1 from bus.messages m where m.topic = $1 and m.partition = e.partition
         and m."offset" >= coalesce(o.next_offset, 0) and m."offset" < e.until)
     ) as behind`,
    [topic, group, [...ends.keys()], [...ends.values()].map(String)],
  );
  return rows[0]?.behind === false;
}
