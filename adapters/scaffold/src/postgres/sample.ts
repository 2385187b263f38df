import { readFile } from 'node:fs/promises';
import { openPool } from 'wasl-kit/postgres';
import type { OpenSample } from '../sample.ts';
import { openSource } from './source.ts';

/** Fills the schema `sample_register` of a database with invented entries; again makes it as it was. */
export const loadSample = async (url: string): Promise<void> => {
  const pool = openPool(url, { max: 1 });
  try {
    await pool.query(await readFile(new URL('../../sample/postgres/register.sql', import.meta.url), 'utf8'));
  } finally {
    await pool.end();
  }
};

/** Needs `DATABASE_URL`: a PostgreSQL database in which the schema `sample_register` may be made. */
export const openSample: OpenSample = async ({ DATABASE_URL: url }) => {
  if (url === undefined) throw new Error('set DATABASE_URL to a PostgreSQL database for tests');
  await loadSample(url);
  const source = openSource({ registerDatabase: url });
  const away = openSource({ registerDatabase: 'postgres://nobody@127.0.0.1:9/none' });
  return {
    source,
    away,
    stop: async () => {
      await source.close();
      await away.close();
    },
  };
};
