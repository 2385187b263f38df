import type { Shared } from './embedded-store.ts';
import { pause } from './wait.ts';

const EVERY_MS = 30_000;
const AT_ONCE = 5_000;

/** Takes out what retention lets go and, on compacted topics, records that a later one of their key has replaced. */
export async function sweepOnce(shared: Shared): Promise<void> {
  await shared.pool.query(
    `delete from bus.messages where ctid in (
       select m.ctid from bus.messages m join bus.topics t on t.name = m.topic
       where t.cleanup = 'delete' and t.retention_ms >= 0 and m.at < now() - t.retention_ms * interval '1 ms' limit $1)`,
    [AT_ONCE],
  );
  await shared.pool.query(
    `delete from bus.messages where ctid in (
       select m.ctid from bus.messages m join bus.topics t on t.name = m.topic
       where t.cleanup = 'compact' and exists (
         select 1 from bus.messages l where l.topic = m.topic and l.partition = m.partition and l.key = m.key
           and l."offset" > m."offset") limit $1)`,
    [AT_ONCE],
  );
}

/** Sweeps for ever, at a low rate. */
export async function sweep(shared: Shared): Promise<void> {
  for (;;) {
    await pause(EVERY_MS * (0.75 + Math.random() / 2), shared.closing);
    if (shared.closing.aborted) return;
    await sweepOnce(shared).catch((error) => shared.log?.warn({ err: error }, 'the log could not be swept'));
  }
}
