import { openPool, type Pool } from './pool.ts';

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/**
 * Makes an account and a database of the same name, which the account owns, on the server of `adminUrl` (a superuser's URL), where they are
 * missing; sets the password. The account can connect to no other database of the server. Returns its URL.
 */
export async function makeOwnDatabase(
  adminUrl: string,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<string> {
  if (!NAME.test(name)) throw new RangeError(`${name} is no name for a database`);
  const pool = openPool(adminUrl, { max: 1 });
  try {
    // Each step stands by itself: a crash between two of them is made good by the next call.
    if (!(await holds(pool, 'select 1 from pg_roles where rolname = $1', name))) {
      await pool.query(`create role ${name} login nosuperuser nocreatedb nocreaterole`);
    }
    const { rows } = await pool.query<{ sql: string }>(
      `select format('alter role ${name} password %L', $1::text) as sql`,
      [password],
    );
    await pool.query(rows[0]?.sql ?? '');
    if (!(await holds(pool, 'select 1 from pg_database where datname = $1', name))) {
      await pool.query(`create database ${name} owner ${name}`);
    }
    const others = await pool.query<{ sql: string }>(
      `select format('revoke all on database %I from public', datname) as sql from pg_database where datallowconn`,
    );
    for (const { sql } of others.rows) await pool.query(sql);
  } finally {
    await pool.end();
  }
  const url = new URL(adminUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}

const holds = async (pool: Pool, sql: string, name: string): Promise<boolean> =>
  (await pool.query(sql, [name])).rows.length > 0;
