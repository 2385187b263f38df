import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as source, setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Kit, loadIdentity, openTableJournal, renewCertificate } from '../../adapters/kit/index.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { loadTls } from '../../services/platform/crypto/index.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Door, startDoor } from '../support/door.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { startKitProcess } from '../support/kit-process.ts';
import { sharedCluster } from '../support/postgres.ts';
import { type Line, recordingLog } from '../support/recording-log.ts';

/** Enough for a third of it to be more than a renewal takes on a busy machine. */
const LIFE_MS = 12_000;
const CALLERS = 8;
/** What a source system takes for an answer, ms: every caller has a request under way at any moment, and renewals have room. */
const SOURCE_MS = 100;

let bus: Bus;
let exchange: Exchange;
let door: Door;
let joining: Door;
let atGateway: Line[];
let atKits: Line[];
beforeEach(async () => {
  bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
  const [gatewayLog, kitLog] = [recordingLog(), recordingLog()];
  atGateway = gatewayLog.lines;
  atKits = kitLog.lines;
  exchange = await startExchange(bus, { certificateLife: LIFE_MS, log: gatewayLog.log, kitLog: kitLog.log });
  door = await startDoor(exchange.registry.address);
  joining = await startDoor(exchange.registry.joinAddress);
  for (const agency of ['civil-status', 'transport']) {
    const folder = exchange.layout.agency(agency);
    await writeBusAddresses(folder, {
      registry: door.address,
      gateways: [exchange.gateway.address],
      join: joining.address,
    });
    const identity = await loadIdentity(folder);
    await renewCertificate(identity, identity.tls);
  }
}, 60_000);
afterEach(async () => {
  await exchange.stop();
  await door.stop();
  await joining.stop();
  await bus.close();
}, 60_000);
afterAll(async () => (await sharedCluster()).stop(), 60_000);

const handlers = {
  [EXTRACT]: async () => {
    await source(SOURCE_MS);
    return { kind: 'found', document: personalExtract() } as const;
  },
};

/** Asks without a pause until told to stop. */
const load = (asker: Pick<Kit, 'request'>) => {
  const ends: string[] = [];
  let going = true;
  const caller = async (): Promise<void> => {
    while (going) {
      const end = await asker.request(ASK);
      ends.push('code' in end ? String(end.code) : end.outcome);
      await turn();
    }
  };
  const callers = Array.from({ length: CALLERS }, caller);
  return {
    ends,
    stop: async () => {
      going = false;
      await Promise.all(callers);
    },
  };
};
const said = (lines: readonly Line[], message: string): Line[] => lines.filter((line) => line.message === message);
/** Serial numbers by which an agency attached, as the gateway saw them. */
const serials = (replica?: string): Set<unknown> =>
  new Set(
    said(atGateway, 'a replica is attached')
      .filter(({ fields }) => replica === undefined || fields.replica === replica)
      .map(({ fields }) => fields.certificate),
  );
const renewals = (): Line[] => said(atKits, 'the certificate has been renewed');

test('over several renewals of both agencies’ certificates not one request fails, and the gateway sees each new one', async () => {
  const provider = await exchange.kit('civil-status', handlers);
  const asker = await exchange.kit('transport');
  const loading = load(asker);
  await until(() => serials().size >= 4 && renewals().length >= 6, 60_000);
  const then = loading.ends.length;
  await until(() => loading.ends.length > then + 50);
  await loading.stop();
  process.stderr.write(`[renewed under load] ${renewals().length} renewals, ${loading.ends.length} requests\n`);
  expect(loading.ends.filter((end) => end !== 'delivered')).toEqual([]);
  await until(() => provider.status().attached === 1);
  // Nothing is left of the connections before.
  await until(
    () => said(atGateway, 'a replica is gone').length === said(atGateway, 'a replica is attached').length - 1,
  );
  expect(said(atKits, 'an answer did not leave')).toEqual([]);
}, 120_000);

test('a registry that is away when a certificate is due is asked again, and no request fails for it', async () => {
  await exchange.kit('civil-status', handlers);
  const loading = load(await exchange.kit('transport'));
  door.shut();
  joining.shut();
  await until(() => said(atKits, 'the certificate could not be renewed; trying again').length >= 2, 30_000);
  const before = serials().size;
  expect(renewals()).toEqual([]);
  door.open();
  joining.open();
  await until(() => serials().size > before, 30_000);
  await loading.stop();
  expect(loading.ends.filter((end) => end !== 'delivered')).toEqual([]);
}, 120_000);

test('an expired certificate ends its open streams, is said so, and is renewed by the signing key once the registry is back', async () => {
  const provider = await exchange.kit('civil-status', handlers);
  const asker = await exchange.kit('transport');
  expect((await asker.request(ASK)).outcome).toBe('delivered');
  door.shut();
  joining.shut();
  await until(() => provider.status().attached === 0 && asker.status().gateways === 0, 30_000);
  await until(() => said(atGateway, 'a replica is gone').length === said(atGateway, 'a replica is attached').length);
  const told = (level: Line['level']): unknown[] =>
    atKits.flatMap(({ level: at, fields }) => (at === level ? [fields.code] : []));
  await until(() => told('error').filter((code) => code === 'certificate-expired').length === 2);
  expect(said(atKits, 'the certificate expires soon, and has not been renewed').length).toBe(2);
  const refused = await asker.request({ ...ASK, deadlineMs: 1_000 });
  expect(refused).toMatchObject({ outcome: 'refused', code: 'certificate-expired' });
  joining.open();
  await until(() => provider.status().attached === 1 && asker.status().gateways === 1, 30_000);
  expect((await asker.request(ASK)).outcome).toBe('delivered');
}, 120_000);

test('two processes over one identity use one certificate after the other, leave whole files, and end by themselves soon after', async () => {
  const url = await (await sharedCluster()).createDatabase();
  await (await openTableJournal({ url })).close();
  const identity = exchange.layout.agency('civil-status');
  const of = {
    identity,
    gateways: [exchange.gateway.address],
    journal: { url },
    documents: { [EXTRACT]: personalExtract() },
    takesMs: SOURCE_MS,
  };
  const both = [await startKitProcess(of), await startKitProcess(of)] as const;
  try {
    const loading = load(await exchange.kit('transport'));
    const replicas = both.map(({ pid }) => `kit-${pid}`);
    await until(() => replicas.every((replica) => serials(replica).size >= 3), 60_000);
    await loading.stop();
    expect(loading.ends.filter((end) => end !== 'delivered')).toEqual([]);
    const [first, second] = replicas.map((replica) => [...serials(replica)].slice(0, 3));
    expect(second?.slice(1)).toEqual(first?.slice(1));
    const read = (name: string): Promise<string> => readFile(join(identity, name), 'utf8');
    await until(async () => {
      const { cert, key } = await loadTls(identity);
      return (await read('tls.crt')) === cert && (await read('tls.key')) === key;
    });
    // Sooner than what their former connections might have waited for.
    let ended = 0;
    for (const one of both) void one.end().then(() => (ended += 1));
    await until(() => ended === both.length, 10_000);
  } finally {
    await Promise.all(both.map((one) => one.kill()));
  }
}, 120_000);
