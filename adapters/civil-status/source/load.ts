import { readFile } from 'node:fs/promises';
import { openPool, type PoolClient, transaction } from '../../kit/postgres.ts';
import type { Population } from '../../population/index.ts';
import { birthRow, deathRow, marriageRow, officeRows, personRow, type Row } from './rows.ts';

// Any two loaders of one cluster meet at this lock: the second waits, then finds everything in place.
const LOADER_LOCK = 3_1010;

/**
 * Brings the ministry's database to its schema, fills it from the population and sets the reader's password.
 * Doing it again changes nothing but the password. `adminUrl` is the superuser's; it is used here and never to serve.
 */
export async function prepareCivilStatus(
  adminUrl: string,
  { readerPassword, population }: { readonly readerPassword: string; readonly population: Population },
): Promise<void> {
  const [schema, views] = await Promise.all(
    ['schema.sql', 'views.sql'].map((file) => readFile(new URL(file, import.meta.url), 'utf8')),
  );
  const pool = openPool(adminUrl, { max: 1 });
  try {
    // A crash before the commit leaves the database as it was; the next start runs all of it again.
    await transaction(pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [LOADER_LOCK]);
      await client.query(schema ?? '');
      await client.query(views ?? '');
      await load(client, population);
      const quoted = await client.query<{ sql: string }>(
        `select format('alter role civil_status_reader password %L', $1::text) as sql`,
        [readerPassword],
      );
      await client.query(quoted.rows[0]?.sql ?? '');
    });
    await pool.query('analyze');
  } finally {
    await pool.end();
  }
}

/** The URL under which the adapter serves: the reader's role on the database that `adminUrl` names. */
export function civilStatusReaderUrl(adminUrl: string, readerPassword: string): string {
  const url = new URL(adminUrl);
  url.username = 'civil_status_reader';
  url.password = readerPassword;
  return url.href;
}

async function load(client: PoolClient, population: Population): Promise<void> {
  const { seed, people, marriages } = population;
  const held = await client.query('select 1 from civil.loaded where seed = $1 and people = $2', [seed, people.length]);
  if (held.rows.length > 0) return;
  await client.query(
    `truncate civil.loaded, civil.registry_offices, civil.persons, civil.births, civil.marriages, civil.deaths`,
  );
  await fill(client, 'registry_offices', officeRows());
  await fill(client, 'persons', people.map(personRow));
  await fill(client, 'births', people.map(birthRow));
  await fill(client, 'deaths', people.flatMap(deathRow));
  await fill(client, 'marriages', marriages.map(marriageRow));
  await client.query('insert into civil.loaded (seed, people) values ($1, $2)', [seed, people.length]);
}

type Table = 'registry_offices' | 'persons' | 'births' | 'deaths' | 'marriages';

/** One statement and one round trip for a whole table; the table's own row type names the columns. */
async function fill(client: PoolClient, table: Table, rows: readonly Row[]): Promise<void> {
  await client.query(
    `insert into civil.${table} select * from json_populate_recordset(null::civil.${table}, $1::json)`,
    [JSON.stringify(rows)],
  );
}
