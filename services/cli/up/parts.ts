import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { civilStatusReaderUrl, prepareCivilStatus } from '../../../adapters/civil-status/source/load.ts';
import { generatePopulation } from '../../../adapters/population/index.ts';
import { CONFORMANCE } from '../../kernel/ids.ts';
import { writePrivateFile } from '../../platform/crypto/index.ts';
import { type Cluster, makeOwnDatabase, startCluster } from '../../platform/store/index.ts';
import { CIVIL_STATUS, EDUCATION, HEALTH, TRANSPORT } from '../development/agencies.ts';
import { DATA_OFFICER, GATEWAY, type Layout, officerFiles, SCHEMA_USERNAME } from '../development/layout.ts';
import { startChild } from './child.ts';
import { declareOnce } from './declare.ts';
import type { Addresses } from './ports.ts';
import { isReady, listens, waitUntil } from './ready.ts';
import type { Life } from './supervise.ts';

const COMMAND = fileURLToPath(new URL('../main.js', import.meta.url));
const sourceScript = (id: string): string =>
  fileURLToPath(new URL(`../../../adapters/${id}/source/main.js`, import.meta.url));
const READY_MS = 60_000;
const REGISTRY_ACCOUNT = 'wasl_registry';
const ORIGIN = 'wasl.test/evidence';

export interface UpOptions {
  readonly layout: Layout;
  readonly addresses: Addresses;
  /** Brokers of a real Kafka; the embedded bus without them. */
  readonly kafka?: readonly string[];
  /** Aborted once everything is to end. */
  readonly signal: AbortSignal;
}

/** One thing that `up` runs: how a life of it begins, and where it answers. */
export interface Part {
  readonly name: string;
  readonly listen?: string;
  readonly ops?: string;
  /** Names of the parts that begin before it. */
  readonly after: readonly string[];
  begin(): Promise<Life>;
  /** Resolves once it serves; rejects when `signal` aborts. */
  ready(signal: AbortSignal): Promise<void>;
}

const lifeOf = ({ pid, exited, stop }: Cluster): Life => ({
  pid,
  exited: exited.then(({ code, signal }) => (signal === null ? `exit code ${code}` : `signal ${signal}`)),
  stop,
});
const none = async (): Promise<void> => undefined;

/** A database account's password, made once and kept beside the keys of whose account it is. */
const passwordOf = async (path: string): Promise<string> => {
  const held = await readFile(path, 'utf8').catch(() => undefined);
  if (held !== undefined) return held;
  const made = randomBytes(24).toString('base64url');
  await writePrivateFile(path, made);
  return made;
};

/** Everything that `up` runs, in the order in which one needs the other. */
export const partsOf = ({ layout, addresses, kafka, signal }: UpOptions): readonly Part[] => {
  const busConfig =
    kafka === undefined
      ? { bus: 'embedded', databaseUrl: layout.hubUrl }
      : { bus: 'kafka', kafkaBrokers: kafka, singleBroker: true };

  const part = (name: string) => ({ part: name, log: layout.log(name) });
  const cluster = (name: string, dataDir: string, prepare: (url: string) => Promise<void>): Part => ({
    name,
    after: [],
    begin: async () => {
      const started = await startCluster({ dataDir, name });
      // Told to end while the server began: what it is filled with can wait for the next start.
      if (!signal.aborted) await prepare(started.url);
      return lifeOf(started);
    },
    ready: none,
  });
  const node = (name: string, what: string, config: object, at: Pick<Part, 'listen' | 'ops' | 'after'>): Part => ({
    name,
    ...at,
    begin: async () => {
      await writePrivateFile(layout.config(name), `${JSON.stringify(config, null, 2)}\n`);
      return startChild(COMMAND, ['run', what, '--config', layout.config(name)], layout.log(name));
    },
    ready: (signal) => waitUntil(part(name), () => isReady(at.ops ?? ''), READY_MS, signal),
  });
  const adapter = (id: string, source: string, ops: string, config: object): Part =>
    node(
      `adapter-${id}`,
      'adapter',
      {
        adapter: id,
        identity: layout.agency(id),
        gateways: [addresses.gateway],
        journal: layout.journal(id, 'adapter'),
        opsListen: ops,
        drainGrace: 2_000,
        ...config,
      },
      { ops, after: [source, GATEWAY] },
    );
  const source = (id: string, name: string, listen: string, env: Record<string, string>): Part => ({
    name,
    listen,
    after: [],
    begin: async () => startChild(sourceScript(id), [], layout.log(name), env),
    ready: (signal) => waitUntil(part(name), () => listens(listen), READY_MS, signal),
  });

  const hub = cluster('hub-postgresql', layout.hub, async (url) => {
    await writePrivateFile(layout.hubUrl, url);
    const password = await passwordOf(layout.registryDatabasePassword);
    await passwordOf(layout.schemaPassword);
    await writePrivateFile(
      layout.registryDatabaseUrl,
      await makeOwnDatabase(url, { name: REGISTRY_ACCOUNT, password }),
    );
  });
  const civilSource = cluster('civil-status-postgresql', layout.sourceCluster(CIVIL_STATUS.id), async (url) => {
    const readerPassword = await passwordOf(join(layout.agency(CIVIL_STATUS.id), 'source.password'));
    await prepareCivilStatus(url, { readerPassword, population: generatePopulation() });
    await writePrivateFile(layout.sourceUrl(CIVIL_STATUS.id), civilStatusReaderUrl(url, readerPassword));
  });
  const registryPart = node(
    'registry',
    'registry',
    {
      ...busConfig,
      registryDatabaseUrl: layout.registryDatabaseUrl,
      identity: layout.registry,
      issuer: layout.authority,
      gateways: [addresses.gateway, addresses.conformance],
      listen: addresses.registry,
      joinListen: addresses['registry-join'],
      opsListen: addresses['registry-ops'],
      schemaListen: addresses['schema-registry'],
      schemaUsername: SCHEMA_USERNAME,
      schemaPassword: layout.schemaPassword,
    },
    { listen: addresses.registry, ops: addresses['registry-ops'], after: ['hub-postgresql'] },
  );
  const registry: Part = {
    ...registryPart,
    ready: async (signal) => {
      await waitUntil(part('registry'), () => listens(addresses.registry), READY_MS, signal);
      await declareOnce(layout);
      await registryPart.ready(signal);
    },
  };
  const gateway = node(
    GATEWAY,
    'gateway',
    {
      ...busConfig,
      identity: layout.gateway(GATEWAY),
      listen: addresses.gateway,
      opsListen: addresses['gateway-ops'],
      origin: ORIGIN,
      drainGrace: 2_000,
    },
    { listen: addresses.gateway, ops: addresses['gateway-ops'], after: ['hub-postgresql'] },
  );
  const conformance = node(
    CONFORMANCE,
    'conformance',
    {
      ...busConfig,
      identity: layout.gateway(CONFORMANCE),
      agency: layout.agency(CONFORMANCE),
      officer: officerFiles(layout.agency(CONFORMANCE), DATA_OFFICER).key,
      approver: officerFiles(layout.gateway(CONFORMANCE), DATA_OFFICER).key,
      registry: addresses.registry,
      listen: addresses.conformance,
      opsListen: addresses['conformance-ops'],
      origin: ORIGIN,
    },
    { listen: addresses.conformance, ops: addresses['conformance-ops'], after: ['hub-postgresql'] },
  );
  const portOf = (address: string): string => address.split(':')[1] ?? '0';
  const transportSource = source(TRANSPORT.id, 'transport-soap', addresses['transport-source'], {
    WASL_TRANSPORT_SOURCE_PORT: portOf(addresses['transport-source']),
  });
  const healthSource = source(HEALTH.id, 'health-fhir', addresses['health-source'], {
    WASL_HEALTH_SOURCE_PORT: portOf(addresses['health-source']),
    WASL_HEALTH_SOURCE_DOWN: layout.sourceDown(HEALTH.id),
  });
  const educationSource: Part = {
    name: 'education-exports',
    after: [],
    begin: async () =>
      startChild(sourceScript(EDUCATION.id), [], layout.log('education-exports'), {
        WASL_EDUCATION_EXPORTS: layout.sourceExports(EDUCATION.id),
      }),
    // Its adapter is ready once a complete export is there.
    ready: none,
  };
  return [
    hub,
    civilSource,
    transportSource,
    healthSource,
    educationSource,
    registry,
    gateway,
    conformance,
    adapter(CIVIL_STATUS.id, civilSource.name, addresses['civil-status-ops'], {
      sourceDatabase: layout.sourceUrl(CIVIL_STATUS.id),
    }),
    adapter(TRANSPORT.id, transportSource.name, addresses['transport-ops'], {
      sourceUrl: `http://${addresses['transport-source']}/register`,
    }),
    adapter(HEALTH.id, healthSource.name, addresses['health-ops'], {
      sourceUrl: `http://${addresses['health-source']}/fhir`,
    }),
    adapter(EDUCATION.id, educationSource.name, addresses['education-ops'], {
      exports: layout.sourceExports(EDUCATION.id),
      state: join(layout.agency(EDUCATION.id), 'tickets'),
    }),
  ];
};
