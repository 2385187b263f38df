import { afterAll, describe, expect, test } from 'vitest';
import { type Journal, openTableJournal } from '../../adapters/kit/journal/index.ts';
import { requestsIn } from '../../services/kernel/journal.ts';
import { openPool, startCluster } from '../../services/platform/store/index.ts';
import { startCommitCutter } from '../support/commit-cutter.ts';
import { until } from '../support/exchange.ts';
import { sharedCluster, startTestCluster } from '../support/postgres.ts';
import { asked, journalContract, offered, readAll } from './journal.ts';

afterAll(async () => (await sharedCluster()).stop());
const newDatabase = async (): Promise<string> => (await sharedCluster()).createDatabase();

describe('the table journal keeps the contract', () => {
  journalContract(async () => {
    const url = await newDatabase();
    return { open: () => openTableJournal({ url }) };
  });
});

const withReplicas = async (count: number, use: (replicas: Journal[], url: string) => Promise<void>): Promise<void> => {
  const url = await newDatabase();
  const replicas = await Promise.all(Array.from({ length: count }, () => openTableJournal({ url })));
  try {
    await use(replicas, url);
  } finally {
    await Promise.all(replicas.map((journal) => journal.close()));
  }
};
const execute = async (url: string, sql: string): Promise<void> => {
  const pool = openPool(url, { max: 1 });
  await pool.query(sql);
  await pool.end();
};

describe('replicas', () => {
  test('share one chain', () =>
    withReplicas(3, async (replicas) => {
      const work = replicas.flatMap((journal, at) =>
        Array.from({ length: 60 }, (_, n) => journal.append(asked(`r-${at}-${n}`))),
      );
      const heads = await Promise.all(work);
      expect(new Set(heads.map(({ size }) => size)).size).toBe(180);
      for (const journal of replicas) expect((await readAll(journal)).length).toBe(180);
    }));

  test('admit one request id once, and one quota among them all', () =>
    withReplicas(2, async (replicas) => {
      const ids = Array.from({ length: 25 }, (_, n) => `r-${n}`);
      const words = await Promise.all(ids.flatMap((id) => replicas.map((journal) => journal.admit(offered(id), 10))));
      expect(words.filter((word) => word === 'admitted').length).toBe(10);
      const [first] = replicas;
      const bodies = first === undefined ? [] : (await readAll(first)).flatMap(({ body }) => requestsIn(body));
      expect(new Set(bodies).size).toBe(10);
      expect(bodies.length).toBe(10);
      for (const journal of replicas)
        for (const id of bodies) expect(await journal.admit(offered(id), 99)).toBe('seen');
    }));
});

describe('a connection', () => {
  test(
    'that the server cuts again and again costs no acknowledged entry and makes none twice',
    () =>
      withReplicas(2, async (replicas, url) => {
        const cutter = openPool(url, { max: 1 });
        let going = true;
        const cutting = (async () => {
          while (going) {
            await cutter.query(
              "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'wasl journal' and datname = current_database()",
            );
          }
        })();
        const words: PromiseSettledResult<string>[] = [];
        for (let round = 0; round < 15; round += 1) {
          const ids = Array.from({ length: 4 }, (_, n) => `r-${round}-${n}`);
          words.push(
            ...(await Promise.allSettled(
              ids.flatMap((id) => replicas.map(async (journal) => `${id} ${await journal.admit(offered(id), 1_000)}`)),
            )),
          );
        }
        going = false;
        await cutting;
        await cutter.end();
        const admitted = words.flatMap((word) =>
          word.status === 'fulfilled' && word.value.endsWith('admitted') ? [word.value.split(' ')[0]] : [],
        );
        // Read by connections of its own: one that was cut while idle says so only when it is used.
        const reader = await openTableJournal({ url });
        const stand = (await readAll(reader)).flatMap(({ body }) => requestsIn(body));
        await reader.close();
        expect(new Set(stand).size).toBe(stand.length);
        expect(new Set(admitted).size).toBe(admitted.length);
        expect(admitted.filter((id) => !stand.includes(id ?? ''))).toEqual([]);
      }),
    60_000,
  );

  test.each(['before', 'behind'] as const)(
    'that is lost %s the commit ends as an entry that stands once and is acknowledged',
    async (where) => {
      const cutter = await startCommitCutter(await newDatabase());
      const journal = await openTableJournal({ url: cutter.url });
      await journal.append(asked('r-0'));
      cutter.cut(where);
      expect(await journal.admit(offered('r-1'), 1)).toBe('admitted');
      expect(cutter.cuts).toBe(1);
      expect((await readAll(journal)).flatMap(({ body }) => requestsIn(body))).toEqual(['r-0', 'r-1']);
      for (let n = 0; n < 3; n += 1) cutter.cut(where);
      if (where === 'behind') expect(await journal.admit(offered('r-2'), 9)).toBe('admitted');
      else await expect(journal.admit(offered('r-2'), 9)).rejects.toMatchObject({ code: 'journal-unavailable' });
      const { length } = await readAll(journal);
      expect(length).toBe(where === 'behind' ? 3 : 2);
      await journal.close();
      await cutter.close();
    },
  );
});

describe('a server', () => {
  test('that was killed has every acknowledged entry when it is back, and refuses in between', async () => {
    const own = await startTestCluster();
    const url = await own.createDatabase();
    const journal = await openTableJournal({ url });
    const heads = await Promise.all(Array.from({ length: 20 }, (_, n) => journal.append(asked(`r-${n}`))));
    process.kill(own.cluster.pid, 'SIGKILL');
    await own.cluster.exited;
    // Its backends serve on until they notice that their server is gone.
    await until(() =>
      journal.head().then(
        () => false,
        () => true,
      ),
    );
    await expect(journal.admit(offered('r-1'), 1)).rejects.toMatchObject({ code: 'journal-unavailable' });
    await expect(journal.head()).rejects.toMatchObject({ code: 'journal-unavailable' });
    const again = await startCluster({ dataDir: own.dataDir, name: 'test' });
    const back = await openTableJournal({
      url: Object.assign(new URL(again.url), { pathname: new URL(url).pathname }).href,
    });
    expect((await readAll(back)).length).toBe(heads.length);
    expect(await back.admit(offered('r-1'), 1)).toBe('admitted');
    await back.close();
    await journal.close();
    await again.stop();
    await own.stop();
  }, 60_000);
});

describe('damage', () => {
  const found = async (sql: string): Promise<unknown> => {
    let seen: unknown = 'nothing';
    await withReplicas(1, async ([journal], url) => {
      for (let n = 0; n < 5; n += 1) await journal?.append(asked(`r-${n}`));
      await execute(url, sql);
      try {
        for await (const _ of journal?.read() ?? []);
      } catch (error) {
        const { code, params } = error as { code: string; params: object };
        seen = { code, ...params };
      }
    });
    return seen;
  };
  const at = (sequence: number) => ({ code: 'journal-damaged', sequence });

  test('a row that is gone, altered or moved is named with the sequence where the chain stops', async () => {
    expect(await found('delete from wasl_journal.entries where sequence = 2')).toEqual(at(2));
    expect(await found('delete from wasl_journal.entries where sequence = 4')).toEqual(at(4));
    expect(await found(`update wasl_journal.entries set line = replace(line, 'r-2', 'r-7')`)).toEqual(at(3));
    expect(await found(`update wasl_journal.entries set line = replace(line, 'r-4', 'r-7')`)).toEqual(at(4));
    expect(await found(`update wasl_journal.entries set line = line || ' ' where sequence = 1`)).toEqual(at(1));
  });

  test('a head that is not the last entry is found when the journal is opened', async () => {
    const url = await newDatabase();
    const journal = await openTableJournal({ url });
    for (let n = 0; n < 3; n += 1) await journal.append(asked(`r-${n}`));
    await journal.close();
    await execute(url, 'delete from wasl_journal.entries where sequence = 2');
    await expect(openTableJournal({ url })).rejects.toMatchObject({ code: 'journal-damaged', params: { sequence: 2 } });
  });

  test('a database that cannot be reached is a wrong setting', async () => {
    await expect(openTableJournal({ url: 'postgres://nobody:x@127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });
});
