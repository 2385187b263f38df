import { afterAll, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../../../test/support/postgres.ts';
import { makeOwnDatabase, openPool } from './index.ts';

let server: TestCluster | undefined;
afterAll(() => server?.stop());

const ask = async (url: string, sql: string): Promise<unknown> => {
  const pool = openPool(url, { max: 1 });
  try {
    return (await pool.query(sql)).rows;
  } finally {
    await pool.end();
  }
};

test('an account of its own makes what it needs in its database, keeps it when it is made again, and reaches no other', async () => {
  server = await startTestCluster();
  const { url } = server.cluster;
  const hub = await server.createDatabase();
  await ask(hub, 'create schema bus');
  const first = await makeOwnDatabase(url, { name: 'own', password: "it's" });
  await ask(first, 'create schema kept');
  const again = await makeOwnDatabase(url, { name: 'own', password: 'another' });
  expect(await ask(again, `select 1 as here from pg_namespace where nspname = 'kept'`)).toEqual([{ here: 1 }]);
  await expect(ask(first, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  for (const other of [hub, url]) {
    const foreign = new URL(again);
    foreign.pathname = new URL(other).pathname;
    await expect(ask(foreign.href, 'select 1')).rejects.toMatchObject({ code: '42501' });
  }
  await expect(ask(again, 'create role another')).rejects.toMatchObject({ code: '42501' });
  await expect(ask(again, 'create database another')).rejects.toMatchObject({ code: '42501' });
}, 60_000);
