import { expect, test } from 'vitest';
import { sharedCluster } from '../../../../test/support/postgres.ts';
import { makeOwnDatabase, openPool } from '../../../platform/store/index.ts';
import { checkStore, openStore } from './open.ts';

test('an account that owns no more than its database brings it up, and finds what it holds when it starts again', async () => {
  const { cluster } = await sharedCluster();
  const url = await makeOwnDatabase(cluster.url, { name: 'wasl_registry', password: 'secret' });
  const both = await Promise.all([openStore(url), openStore(url)]);
  await both[0].query(`insert into registry.schemas (digest, schema) values ('d', '{}')`);
  for (const pool of both) await pool.end();
  const again = await openStore(url);
  expect((await again.query('select id, schema from registry.schemas')).rows).toEqual([{ id: 1, schema: '{}' }]);
  await again.end();
}, 60_000);

test('a database that is away, or that loses what it acknowledges, cannot be used', async () => {
  await expect(openStore('postgres://nobody:x@127.0.0.1:1/none')).rejects.toMatchObject({ code: 'store-unavailable' });
  const url = await (await sharedCluster()).createDatabase();
  const admin = openPool(url);
  await admin.query(`alter database ${new URL(url).pathname.slice(1)} set synchronous_commit = off`);
  await admin.end();
  await expect(openStore(url)).rejects.toThrow('synchronous_commit = off');
});

test('a store that answers no more is not ready', async () => {
  const pool = await openStore(await (await sharedCluster()).createDatabase());
  await checkStore(pool);
  await pool.end();
  await expect(checkStore(pool)).rejects.toMatchObject({ code: 'store-unavailable' });
});
