import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPool, startCluster } from './index.ts';

const home = mkdtempSync(join(tmpdir(), 'wasl-store-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('what was committed is there after kill -9 of the server and a new start over the same folder', async () => {
  const dataDir = join(home, 'hub');
  const first = await startCluster({ dataDir, name: 'hub' });
  const pool = openPool(first.url);
  await pool.query('create table kept (id int primary key)');
  await pool.query('insert into kept values (7)');
  await pool.end();
  process.kill(first.pid, 'SIGKILL');
  await first.exited;

  const second = await startCluster({ dataDir, name: 'hub' });
  const again = openPool(second.url);
  const { rows } = await again.query('select id from kept');
  expect(rows).toEqual([{ id: 7 }]);
  await again.end();
  await second.stop();
}, 60_000);
