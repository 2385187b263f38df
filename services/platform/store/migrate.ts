import { readdir, readFile } from 'node:fs/promises';
import { digestOf } from '../../kernel/digest.ts';
import { type Pool, transaction } from './pool.ts';

/**
 * Brings `schema` to the newest of the `.sql` files in `folder` (a file: URL that ends with a slash), in the order of their names.
 * Each runs once, with `search_path` set to the schema; all of a call in one transaction. Throws when an applied file has
 * changed or is gone. Any number of processes may call it at once.
 */
export async function migrate(pool: Pool, schema: string, folder: URL): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(new URL(name, folder));
      return { name, sql: bytes.toString('utf8'), digest: digestOf(bytes) };
    }),
  );
  await transaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`wasl migrate ${schema}`]);
    await client.query(`create schema if not exists ${quoted(schema)}`);
    await client.query(`set local search_path to ${quoted(schema)}`);
    await client.query(
      `create table if not exists migrations (name text primary key, digest text not null, at timestamptz not null default now())`,
    );
    const { rows } = await client.query<{ name: string; digest: string }>('select name, digest from migrations');
    const applied = new Map(rows.map(({ name, digest }) => [name, digest]));
    for (const name of applied.keys()) {
      if (!names.includes(name)) throw new Error(`the migration ${schema}/${name} was applied and is no longer here`);
    }
    for (const { name, sql, digest } of files) {
      const held = applied.get(name);
      if (held === digest) continue;
      if (held !== undefined) throw new Error(`the migration ${schema}/${name} has changed since it was applied`);
      await client.query(sql);
      await client.query('insert into migrations (name, digest) values ($1, $2)', [name, digest]);
    }
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
