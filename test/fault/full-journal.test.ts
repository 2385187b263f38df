import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openTableJournal } from '../../adapters/kit/index.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { FULL_DISK_AVAILABLE, fillDisk } from '../support/full-disk.ts';
import { type KitProcess, startKitProcess } from '../support/kit-process.ts';
import { sharedCluster, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { judgeLog } from './judge-log.ts';

const PATIENT = { ...ASK, deadlineMs: 8_000 };
/** The least that the server's write-ahead log can live with. */
const TABLE_FULL_AT = 16 * 1024 * 1024;

describe.skipIf(!FULL_DISK_AVAILABLE)('a full disk below a journal', () => {
  let bus: Bus;
  let exchange: Exchange;
  let own: TestCluster;
  let root: string;
  const running: KitProcess[] = [];
  const delivered: string[] = [];
  const stops: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const cluster = await sharedCluster();
    root = await mkdtemp(join(tmpdir(), 'wasl-journals-'));
    bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
    exchange = await startExchange(bus);
    own = await startTestCluster();
    stops.push(
      () => exchange.stop(),
      () => bus.close(),
      () => own.stop(),
      () => cluster.stop(),
      () => rm(root, { recursive: true, force: true }),
    );
  }, 120_000);
  afterEach(async () => {
    for (const kit of running.splice(0)) await kit.kill();
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  }, 60_000);

  const dirs: string[] = [];
  const newDir = (): { readonly dir: string } => {
    const dir = join(root, String(dirs.length));
    dirs.push(dir);
    return { dir };
  };
  const start = async (agency: string, journal: { dir: string } | { url: string }, provides = false) => {
    const kit = await startKitProcess({
      identity: exchange.layout.agency(agency),
      gateways: [exchange.gateway.address],
      journal,
      ...(provides ? { documents: { [EXTRACT]: personalExtract() } } : {}),
    });
    running.push(kit);
    return kit;
  };
  const end = async (kit: KitProcess): Promise<{ readonly code: string; readonly by: string }> => {
    const said = await kit.ask(PATIENT);
    if (said.outcome === 'delivered') delivered.push(said.requestId);
    return { code: said.code ?? said.outcome, by: said.by.kind };
  };
  const served = async (kit: KitProcess): Promise<void> => {
    await until(async () => (await end(kit)).code === 'delivered', 20_000);
  };

  /** Fills the disk, asks, makes room, and asks again. */
  const fillAndResume = async (of: {
    readonly asker: KitProcess;
    readonly provider: KitProcess;
    readonly whose: KitProcess;
    readonly fill: () => Promise<{ readonly room: () => void }>;
    readonly by: string;
  }): Promise<void> => {
    const { asker, provider, whose, by } = of;
    await served(asker);
    const disk = await of.fill();
    try {
      await until(async () => (await end(asker)).code === 'journal-unavailable', 20_000);
      const calls = provider.calls();
      const ends = await Promise.all(Array.from({ length: 5 }, () => end(asker)));
      expect(ends).toEqual(Array(5).fill({ code: 'journal-unavailable', by }));
      expect(provider.calls()).toBe(calls);
    } finally {
      disk.room();
    }
    await served(asker);
    expect(await whose.readJournal()).toBeGreaterThan(2);
    await judgeLog(bus, exchange, { delivered, calls: provider.calls() });
  };
  /** Room for less than one line: the next is torn in its middle. */
  const fillFile = (pid: number, dir: string) => fillDisk(pid, statSync(join(dir, 'journal.jsonl')).size + 100);

  test('of a requester (a file): nothing leaves it; once there is room it asks again, its chain whole', async () => {
    const { dir } = newDir();
    const provider = await start('civil-status', newDir(), true);
    const asker = await start('transport', { dir });
    const fill = async () => fillFile(asker.pid, dir);
    await fillAndResume({ asker, provider, whose: asker, fill, by: 'kit' });
  }, 60_000);

  test('of a provider (a file): its handler is not called; once there is room it serves again, its chain whole', async () => {
    const { dir } = newDir();
    const provider = await start('civil-status', { dir }, true);
    const asker = await start('transport', newDir());
    const fill = async () => fillFile(provider.pid, dir);
    await fillAndResume({ asker, provider, whose: provider, fill, by: 'provider' });
  }, 60_000);

  test('of a provider (a table): the same', async () => {
    const url = await own.createDatabase();
    const provider = await start('civil-status', { url }, true);
    const asker = await start('transport', newDir());
    const fill = async () => {
      const disk = fillDisk(own.cluster.pid, TABLE_FULL_AT);
      const journal = await openTableJournal({ url });
      // Long lines, as those of an offer, have pages of their own in the table; they fill those.
      for (const bytes of [150_000, 3_000]) {
        const ballast = () => ({
          kind: 'asked' as const,
          requestId: 'ballast',
          statement: randomBytes(bytes).toString('base64'),
        });
        for (let full = false; !full; ) {
          const wrote = await Promise.allSettled(Array.from({ length: 20 }, () => journal.append(ballast())));
          full = wrote.some(({ status }) => status === 'rejected');
        }
      }
      await journal.close();
      return disk;
    };
    await fillAndResume({ asker, provider, whose: provider, fill, by: 'provider' });
  }, 90_000);
});
