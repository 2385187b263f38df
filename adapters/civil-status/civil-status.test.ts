import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, openPool, type Pool, startCluster } from '../../services/platform/store/index.ts';
import { DEMO_CITIZENS, generatePopulation } from '../population/index.ts';
import { civilStatusHandlers } from './handlers.ts';
import { civilStatusReaderUrl, prepareCivilStatus } from './source/load.ts';
import { type CivilStatusSource, openCivilStatusSource } from './source/registry.ts';

const population = generatePopulation();
const readerPassword = `it's a "test" \\ only`;
const dataDir = mkdtempSync(join(tmpdir(), 'wasl-civil-status-'));
let cluster: Cluster;
let admin: Pool;
let reader: Pool;
let source: CivilStatusSource;
let firstLoadMs: number;

beforeAll(async () => {
  cluster = await startCluster({ dataDir, name: 'civil-status' });
  const startedAt = performance.now();
  await prepareCivilStatus(cluster.url, { readerPassword, population });
  firstLoadMs = performance.now() - startedAt;
  const readerUrl = civilStatusReaderUrl(cluster.url, readerPassword);
  admin = openPool(cluster.url, { max: 1 });
  reader = openPool(readerUrl, { max: 1 });
  source = openCivilStatusSource(readerUrl);
}, 60_000);

afterAll(async () => {
  await source?.close();
  await reader?.end();
  await admin?.end();
  await cluster?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const ask = (document: string, value: string, scheme = 'jo:national-number') => {
  const handler = civilStatusHandlers(source)[`civil-status.${document}`];
  if (handler === undefined) throw new Error(`no handler for ${document}`);
  const signal = new AbortController().signal;
  return handler({
    requestId: 'test',
    subject: { scheme, value },
    claims: [],
    purpose: 'test',
    deadline: new Date(),
    signal,
  });
};

describe('the civil registry', () => {
  it('holds everybody of the population, and is filled in a moment', async () => {
    const counted = await reader.query('select count(*)::int as people from extract.personal');
    expect(counted.rows).toEqual([{ people: 10_000 }]);
    expect((await reader.query('select count(*)::int as births from extract.birth')).rows).toEqual([
      { births: 10_000 },
    ]);
    expect(firstLoadMs).toBeLessThan(10_000);
  });

  it('is left as it is by loading the same population again, even by two at once', async () => {
    const again = () => prepareCivilStatus(cluster.url, { readerPassword, population });
    await Promise.all([again(), again()]);
    expect((await admin.query('select seed::int, people from civil.loaded')).rows).toEqual([
      { seed: population.seed, people: 10_000 },
    ]);
  });

  it.each([
    ['read a base table', 'select * from civil.persons'],
    ['read a view of the registrars', 'select * from civil.standing'],
    ['write through a view', "set default_transaction_read_only = off; update extract.personal set sex = 'male'"],
    ['delete', 'set default_transaction_read_only = off; delete from extract.birth'],
    ['make a table', 'set default_transaction_read_only = off; create table public.mine (a int)'],
    ['make a temporary table', 'set default_transaction_read_only = off; create temporary table mine (a int)'],
  ])('does not let its reader %s', async (_what, sql) => {
    await expect(reader.query(sql)).rejects.toThrow(/permission denied|cannot/);
  });
});

describe('civil status’ handlers', () => {
  it('give a person’s extract with the facts of the register', async () => {
    expect(await ask('personal-extract', DEMO_CITIZENS.oneCar.nationalNumber)).toMatchObject({
      kind: 'found',
      document: {
        givenName: { ar: 'سامر', en: 'Samer' },
        maritalStatus: 'married',
        lifeStatus: 'alive',
        deathDate: null,
        fatherNationalNumber: DEMO_CITIZENS.deceased.nationalNumber,
      },
    });
    expect(await ask('personal-extract', DEMO_CITIZENS.deceased.nationalNumber)).toMatchObject({
      document: { lifeStatus: 'deceased', deathDate: '2025-11-19' },
    });
  });

  it('give the same family to each of its members, and to a married son his own', async () => {
    const book = {
      kind: 'found',
      document: { headNationalNumber: DEMO_CITIZENS.oneCar.nationalNumber, childrenCount: 1 },
    };
    for (const member of ['oneCar', 'noCar', 'child'] as const) {
      expect(await ask('family-extract', DEMO_CITIZENS[member].nationalNumber)).toMatchObject(book);
    }
    expect(await ask('family-extract', DEMO_CITIZENS.severalCars.nationalNumber)).toMatchObject({
      document: {
        headNationalNumber: DEMO_CITIZENS.deceased.nationalNumber,
        marriageStatus: 'widowed',
        childrenCount: 2,
      },
    });
  });

  it('say not found for a number without an entry and for a scheme they do not serve', async () => {
    for (const document of ['personal-extract', 'family-extract', 'birth-certificate']) {
      expect(await ask(document, DEMO_CITIZENS.nobody.nationalNumber)).toEqual({ kind: 'not-found' });
      expect(await ask(document, "' or '1'='1")).toEqual({ kind: 'not-found' });
      expect(await ask(document, '12-34567', 'jo:vehicle-plate')).toEqual({ kind: 'not-found' });
    }
  });

  it('say ambiguous, and never take the first, when a person is in two books', async () => {
    await admin.query(
      `insert into civil.marriages values ('M-2', '999999', $1, '0009990006', '2025-12-01', '101', null)`,
      [DEMO_CITIZENS.severalCars.nationalNumber],
    );
    expect(await ask('family-extract', '0009990006')).toEqual({ kind: 'ambiguous' });
    await admin.query(`delete from civil.marriages where contract_number = 'M-2'`);
  });

  it('throw when the register does not answer', async () => {
    const closed = openCivilStatusSource('postgres://nobody@127.0.0.1:9/none');
    await expect(closed.ping()).rejects.toThrow();
    await closed.close();
  });
});
