import type { Pool } from './pool.ts';

const NEEDED = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** Throws when the server, as this pool's role sees it, would acknowledge what a power loss can take. */
export async function checkDurability(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any($1) order by name',
    [NEEDED],
  );
  const held = new Map(rows.map(({ name, setting }) => [name, setting]));
  // `local`, `remote_write` and `remote_apply` all flush the own log first; only `off` answers before.
  const bad = NEEDED.filter((name) => (held.get(name) ?? 'off') === 'off');
  if (bad.length === 0) return;
  throw new Error(
    `PostgreSQL runs with ${bad.map((name) => `${name} = off`).join(', ')}: what it acknowledges could be lost. Set it on.`,
  );
}
