import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Handler,
  type Journal,
  type Kit,
  type Logger,
  loadIdentity,
  openFileJournal,
  openKit,
  silentLogger,
} from '../../adapters/kit/index.ts';
import { readEntities } from '../../services/cli/commands/apply.ts';
import { makeRoot, prepareFolder } from '../../services/cli/development/folder.ts';
import { type Layout, layoutOf } from '../../services/cli/development/layout.ts';
import { type Gateway, startGateway } from '../../services/gateway/app.ts';
import { loadGatewayIdentity } from '../../services/gateway/main.ts';
import { REGISTRY_FRESH_MS } from '../../services/kernel/freshness.ts';
import { type Entity, parseEntity } from '../../services/kernel/registry.ts';
import type { JsonObject } from '../../services/kernel/strict-json.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { loadAuthority } from '../../services/platform/crypto/index.ts';
import { HEAD_KEY, REGISTRY_TOPIC } from '../../services/platform/registry/topic.ts';
import { type Registry, startRegistry } from '../../services/registry/app.ts';
import { openStore } from '../../services/registry/edge/store/open.ts';
import { loadRegistryIdentity } from '../../services/registry/main.ts';
import { sharedCluster } from './postgres.ts';

/** A bus with a registry and gateways over it, in this process, on real mutual TLS; identities are those of a development folder. */
export interface Exchange {
  readonly layout: Layout;
  readonly gateway: Gateway;
  readonly registry: Registry;
  startGateway(listen?: string): Promise<Gateway>;
  /** A kit of an agency, with its own journal, connected. */
  kit(agency: string, handlers?: Readonly<Record<string, Handler>>, wrap?: (journal: Journal) => Journal): Promise<Kit>;
  /** Changes a declaration of the registry; resolves once it is published. */
  declare(file: string, change: (entity: Record<string, unknown>) => void): Promise<void>;
  readDeclared(file: string): Promise<Record<string, unknown>>;
  /** The version of the head that stands on the topic. */
  registryVersion(): Promise<{ readonly version: number }>;
  stop(): Promise<void>;
}

const entityIn = (text: string): Entity => parseEntity(JSON.parse(text) as JsonObject);

export async function startExchange(
  bus: Bus,
  options: {
    readonly now?: () => number;
    /** The clock of an agency's kit. */
    readonly kitNow?: (agency: string) => number;
    readonly evidencePatience?: number;
    /** How long a certificate counts that the registry issues, ms. */
    readonly certificateLife?: number;
    /** Where the gateways log, and the kits. */
    readonly log?: Logger;
    readonly kitLog?: Logger;
    /** Of one requester. */
    readonly draftsAtMost?: number;
    /** Where a gateway of the test's own will listen; none is started here then. */
    readonly gatewayAt?: string;
  } = {},
): Promise<Exchange> {
  const root = await mkdtemp(join(tmpdir(), 'wasl-exchange-'));
  const layout = layoutOf(root);
  await makeRoot(layout);
  await prepareFolder(layout, 'embedded', Date.now());
  const store = await openStore(await (await sharedCluster()).createDatabase());
  const registry = await startRegistry({
    ...(await loadRegistryIdentity(layout.registry)),
    issuer: await loadAuthority(layout.authority),
    certificateLife: options.certificateLife ?? 3_600_000,
    gateways: [],
    store,
    schemas: { listen: '127.0.0.1:0' },
    bus,
    log: silentLogger,
    listen: '127.0.0.1:0',
    joinListen: '127.0.0.1:0',
    opsListen: '127.0.0.1:0',
    headEvery: 30_000,
    draftsAtMost: options.draftsAtMost ?? 1_000,
  });
  await registry.apply((await readEntities([layout.entities])).map(entityIn));
  const identity = await loadGatewayIdentity(layout.gateway('gw-1'));
  const gateways: Gateway[] = [];
  const open: (() => Promise<void>)[] = [];
  const start = async (listen = '127.0.0.1:0'): Promise<Gateway> => {
    const gateway = await startGateway({
      identity,
      bus,
      log: options.log ?? silentLogger,
      listen,
      opsListen: '127.0.0.1:0',
      origin: 'wasl.test',
      registryFreshness: REGISTRY_FRESH_MS,
      evidencePatience: options.evidencePatience ?? 5_000,
      drainGrace: 2_000,
      ...(options.now === undefined ? {} : { now: options.now }),
    });
    gateways.push(gateway);
    return gateway;
  };
  const address = options.gatewayAt;
  const { kitNow } = options;
  const gateway =
    address === undefined ? await start() : { address, opsAddress: '', boot: '', stop: async () => undefined };
  let journals = 0;

  return {
    layout,
    gateway,
    registry,
    startGateway: start,
    kit: async (agency, handlers = {}, wrap = (journal) => journal) => {
      journals += 1;
      const journal = await openFileJournal({ dir: join(root, 'journals', String(journals)) });
      const kit = openKit({
        identity: { registry: registry.address, ...(await loadIdentity(layout.agency(agency))) },
        gateways: address === undefined ? gateways.map((started) => started.address) : [address],
        journal: wrap(journal),
        log: options.kitLog ?? silentLogger,
        ...(kitNow === undefined ? {} : { now: () => kitNow(agency) }),
      });
      for (const [documentType, handler] of Object.entries(handlers)) kit.provide(documentType, handler);
      const provides = Object.keys(handlers).length > 0;
      if (provides) kit.attach({ replica: `${agency}-${journals}`, credits: 64 });
      if (address === undefined) {
        await kit.ready(10_000);
        if (provides) await until(() => kit.status().attached === gateways.length);
      }
      open.push(async () => {
        await kit.drain();
        await kit.close();
        await journal.close();
      });
      return kit;
    },
    declare: async (file, change) => {
      const path = join(layout.entities, file);
      const entity = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
      change(entity);
      await writeFile(path, JSON.stringify(entity));
      await registry.apply([parseEntity(entity as JsonObject)]);
    },
    readDeclared: async (file) =>
      JSON.parse(await readFile(join(layout.entities, file), 'utf8')) as Record<string, unknown>,
    registryVersion: async () => {
      let version = 0;
      const reading = await bus.follow({
        topic: REGISTRY_TOPIC.name,
        from: 'beginning',
        handle: ({ key, value }) => {
          if (key !== HEAD_KEY) return;
          const [, payload = ''] = Buffer.from(value).toString('utf8').split('.');
          version = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')).version;
        },
      });
      await reading.caughtUp;
      await reading.stop();
      return { version };
    },
    stop: async () => {
      for (const close of open) await close();
      for (const started of gateways) await started.stop();
      await registry.stop();
      await store.end();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Waits for something that has no event of its own to become true. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds()); ) {
    if (Date.now() > end) throw new Error('it did not become true in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
