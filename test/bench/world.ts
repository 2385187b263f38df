import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeRoot, prepareFolder } from '../../services/cli/development/folder.ts';
import { type Layout, layoutOf } from '../../services/cli/development/layout.ts';
import { startChild } from '../../services/cli/up/child.ts';
import { declareOnce } from '../../services/cli/up/declare.ts';
import { isReady, listens, waitUntil } from '../../services/cli/up/ready.ts';
import { writePrivateFile } from '../../services/platform/crypto/index.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { freePort, makeOwnDatabase, startCluster } from '../../services/platform/store/index.ts';
import { removeData } from '../support/cli.ts';
import { startKafka } from '../support/kafka.ts';
import { declareMeasured } from './declare.ts';
import { type Loader, scriptOf, startLoader } from './loader.ts';

/** Group commits of evidence, their entries, and requests that came to an end. */
export interface Evidence {
  readonly commits: number;
  readonly entries: number;
  readonly exchanges: number;
}
export type BusChoice =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'kafka'; readonly brokers?: readonly string[] };

/** The whole bus and two agencies on it, each part a process of its own, as shipped. */
export interface World {
  readonly layout: Layout;
  readonly client: Loader;
  /** `bus` is the database or the broker; absent when it runs elsewhere. */
  readonly pids: {
    readonly client: number;
    readonly gateway: number;
    readonly provider: number;
    readonly bus?: number;
  };
  /** What the gateway has written so far. */
  evidence(): Promise<Evidence>;
  profileOf(name: 'client' | 'gateway' | 'provider'): string;
}

/** Ends something that was begun. */
export type End = () => Promise<void>;

const COMMAND = fileURLToPath(new URL('../../services/cli/main.js', import.meta.url));
const PROFILER = new URL('./processes/profiler.js', import.meta.url).href;
const READY_MS = 60_000;

/**
 * Starts all of it. `ends` is given how each part is ended as it begins, so that a bench cut short leaves nothing behind; `lost` is told when a
 * part ends by itself, and of its last words.
 */
export const startWorld = async (choice: BusChoice, ends: End[], lost: (what: string) => void): Promise<World> => {
  const root = await mkdtemp(join(tmpdir(), 'wasl-bench-'));
  const layout = layoutOf(root);
  ends.push(() => removeData(root));
  await makeRoot(layout);
  await prepareFolder(layout, choice.kind, Date.now());
  await declareMeasured(layout);
  const { pid, config } = await startBus(choice, layout, ends);
  const profileOf = (name: string): string => join(root, `${name}.cpuprofile`);
  const hooked = (name: string) => ({ NODE_OPTIONS: `--import=${PROFILER}`, BENCH_PROFILE: profileOf(name) });
  const start = async (
    name: string,
    script: string,
    args: readonly string[],
    settings: object,
    begun?: () => Promise<void>,
  ) => {
    const ops = `127.0.0.1:${await freePort()}`;
    const file = layout.config(name);
    await writePrivateFile(file, JSON.stringify({ ...settings, opsListen: ops }));
    const child = startChild(script, [...args, file], layout.log(name), hooked(name));
    const ending = new AbortController();
    ends.push(() => {
      ending.abort();
      return child.stop();
    });
    void child.exited.then(async (how) => {
      if (ending.signal.aborted) return;
      lost(`${name} ended (${how}): ${(await readFile(layout.log(name), 'utf8')).slice(-2_000)}`);
    });
    await begun?.();
    await waitUntil({ part: name, log: layout.log(name) }, () => isReady(ops), READY_MS, ending.signal);
    return { pid: child.pid, ops };
  };
  const listen = `127.0.0.1:${await freePort()}`;
  const registryAt = { listen: `127.0.0.1:${await freePort()}`, joinListen: `127.0.0.1:${await freePort()}` };
  await writeBusAddresses(layout.operator, { registry: registryAt.listen, gateways: [listen] });
  await start(
    'registry',
    COMMAND,
    ['run', 'registry', '--config'],
    {
      ...config,
      registryDatabaseUrl: layout.registryDatabaseUrl,
      schemaListen: `127.0.0.1:${await freePort()}`,
      identity: layout.registry,
      issuer: layout.authority,
      ...registryAt,
    },
    async () => {
      const part = { part: 'registry', log: layout.log('registry') };
      await waitUntil(part, () => listens(registryAt.listen), READY_MS, new AbortController().signal);
      await declareOnce(layout);
    },
  );
  const gateway = await start('gateway', COMMAND, ['run', 'gateway', '--config'], {
    ...config,
    identity: layout.gateway('gw-1'),
    listen,
    origin: 'wasl.test/evidence',
  });
  const provider = await start('provider', scriptOf('provider'), [], {
    adapter: 'civil-status',
    identity: layout.agency('civil-status'),
    gateways: [listen],
    journal: layout.journal('civil-status', 'adapter'),
    credits: 1_000,
  });
  const client = await startLoader(
    'client',
    [layout.agency('transport'), listen, layout.journal('transport', 'requests')],
    hooked('client'),
  );
  ends.push(client.stop);
  const pids = {
    client: client.pid,
    gateway: gateway.pid,
    provider: provider.pid,
    ...(pid === undefined ? {} : { bus: pid }),
  };
  return { layout, client, pids, evidence: () => evidenceOf(gateway.ops), profileOf };
};

/** Reads a gateway's counts of evidence from its metrics. */
const evidenceOf = async (ops: string): Promise<Evidence> => {
  const text = await (await fetch(`http://${ops}/metrics`)).text();
  const read = (name: string): number => Number(new RegExp(`^wasl_gateway_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    commits: read('evidence_commit_seconds_count'),
    entries: read('evidence_entries_total'),
    exchanges: read('exchange_seconds_count'),
  };
};

const startBus = async (
  choice: BusChoice,
  layout: Layout,
  ends: End[],
): Promise<{ readonly pid?: number; readonly config: object }> => {
  const hub = await startCluster({ dataDir: layout.hub, name: 'hub' });
  ends.push(hub.stop);
  const own = await makeOwnDatabase(hub.url, { name: 'wasl_registry', password: 'bench' });
  await writePrivateFile(layout.registryDatabaseUrl, own);
  if (choice.kind === 'embedded') {
    await writePrivateFile(layout.hubUrl, hub.url);
    return { pid: hub.pid, config: { bus: 'embedded', databaseUrl: layout.hubUrl } };
  }
  const kafka = choice.brokers === undefined ? await startKafka({ measured: true }) : { brokers: choice.brokers };
  if ('stop' in kafka) ends.push(kafka.stop);
  const broker = 'own' in kafka ? kafka.own : undefined;
  const config = { bus: 'kafka', kafkaBrokers: kafka.brokers, singleBroker: true };
  return { ...(broker === undefined ? {} : { pid: broker.pid() }), config };
};
