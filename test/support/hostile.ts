import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Handler, type Journal, type Kit, openFileJournal } from '../../adapters/kit/index.ts';
import type { JournalOf } from '../../services/cli/development/layout.ts';
import { takeFolder } from '../../services/cli/development/lock.ts';
import { writeState } from '../../services/cli/state.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { freePort } from '../../services/platform/store/index.ts';
import { WASL } from './built.ts';
import { type Exchange, startExchange, until } from './exchange.ts';
import { startTestCluster, type TestCluster } from './postgres.ts';

const GATEWAY = fileURLToPath(new URL('../fault/hostile-gateway.mjs', import.meta.url));

/** A gateway process with a real gateway's keys and an owner who tells it how to lie; the lies are named in its source. */
export interface HostileGateway {
  lie(how: string): Promise<void>;
  /** Offers to every replica at once what no requester asked; what each answered, its statement empty for silence. */
  offer(how: string): Promise<readonly { readonly statement: string; readonly sealedBytes: number }[]>;
  /** What kits sent since the last call, message by message. */
  seen(): Promise<readonly Buffer[]>;
  stop(): Promise<void>;
}

const startHostileGateway = async (of: { identity: string; listen: string; bus: object }): Promise<HostileGateway> => {
  const child = spawn(process.execPath, [GATEWAY, JSON.stringify(of)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const gone = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    void gone.then(() => reject(new Error('the hostile gateway did not start')));
  });
  const waiting = new Map<number, (said: never) => void>();
  child.on('message', (said: { id: number }) => waiting.get(said.id)?.(said as never));
  let told = 0;
  const tell = <T>(what: object): Promise<T> =>
    new Promise((resolve) => {
      told += 1;
      waiting.set(told, resolve);
      child.send({ id: told, ...what });
    });
  return {
    lie: async (how) => void (await tell({ lie: how })),
    offer: async (how) => (await tell<{ offers: Awaited<ReturnType<HostileGateway['offer']>> }>({ offer: how })).offers,
    seen: async () => (await tell<{ seen: string[] }>({ seen: true })).seen.map((text) => Buffer.from(text, 'base64')),
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};

/** A bus, a registry and a hostile gateway over it; kits are the tests' own. */
export interface HostileWorld {
  readonly cluster: TestCluster;
  readonly bus: Bus;
  readonly exchange: Exchange;
  readonly hostile: HostileGateway;
  /** A kit, connected, with the journal given or that of a development folder. */
  kit(agency: string, journal: Journal | JournalOf, handlers?: Readonly<Record<string, Handler>>): Promise<Kit>;
  /** How many receipts the journals of the development folder hold by now. */
  receipts(): Promise<number>;
  /** Alarms of `wasl journal verify --against bus`, run on a clock that is `laterMs` ahead. */
  verify(laterMs: number): Promise<Verified>;
  stop(): Promise<void>;
}

interface Verified {
  readonly code: number;
  readonly pending: number;
  readonly unrecorded: number;
  readonly alarms: readonly Alarm[];
}

export interface Alarm {
  readonly code: string;
  readonly journal?: string;
  readonly requestId?: string;
  readonly boot?: string;
  readonly sequence?: number;
}

export const startHostileWorld = async (): Promise<HostileWorld> => {
  const cluster = await startTestCluster();
  const databaseUrl = await cluster.createDatabase();
  const bus = await openEmbeddedBus({ url: databaseUrl });
  const listen = `127.0.0.1:${await freePort()}`;
  const exchange = await startExchange(bus, { gatewayAt: listen });
  const { layout } = exchange;
  const hostile = await startHostileGateway({
    identity: layout.gateway('gw-1'),
    listen,
    bus: { bus: 'embedded', databaseUrl },
  });
  // The folder of an `up` that runs, as the command wants to find it.
  const giveBack = takeFolder(layout.root);
  await writeState(layout, { gateway: listen, processes: [] });
  await writeFile(layout.hubUrl, databaseUrl, { mode: 0o600 });
  const config = { bus: 'embedded', databaseUrl: layout.hubUrl, identity: layout.gateway('gw-1'), origin: 'wasl.test' };
  await writeFile(layout.config('gw-1'), JSON.stringify(config), { mode: 0o600 });
  const journals: Journal[] = [];

  return {
    cluster,
    bus,
    exchange,
    hostile,
    kit: async (agency, of, handlers = {}) => {
      const journal = typeof of === 'string' ? await openFileJournal({ dir: layout.journal(agency, of) }) : of;
      if (typeof of === 'string') journals.push(journal);
      const kit = await exchange.kit(agency, handlers, (own) => ({ ...journal, close: own.close }));
      await kit.ready(10_000);
      if (Object.keys(handlers).length > 0) await until(() => kit.status().attached === 1);
      return kit;
    },
    receipts: async () => {
      let count = 0;
      for (const journal of journals) {
        for await (const { entry } of journal.read()) {
          const { body } = entry;
          if (body.kind === 'concluded') count += body.receipts.length;
          else if (body.kind !== 'asked' && body.kind !== 'answered') count += 1;
        }
      }
      return count;
    },
    verify: (laterMs) =>
      new Promise((resolve, reject) => {
        const clock = `data:text/javascript,const now=Date.now;Date.now=()=>now()+${laterMs}`;
        const args = [
          '--import',
          clock,
          WASL,
          'journal',
          'verify',
          '--against',
          'bus',
          '--data',
          layout.root,
          '--json',
        ];
        execFile(process.execPath, args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
          try {
            const { pending, unrecorded, alarms } = JSON.parse(stdout) as Omit<Verified, 'code'>;
            resolve({ code: error === null ? 0 : Number(error.code), pending, unrecorded, alarms });
          } catch {
            reject(error ?? new Error(stdout));
          }
        });
      }),
    stop: async () => {
      await exchange.stop();
      for (const journal of journals) await journal.close();
      await hostile.stop();
      giveBack();
      await bus.close();
      await cluster.stop();
    },
  };
};

/** All that bytes say to somebody who holds no key: as they are, and whatever is base64url in them, layer by layer. */
export const readable = (bytes: Buffer): string => {
  const text = bytes.toString('latin1');
  const inner = (text.match(/[A-Za-z0-9_-]{8,}/g) ?? []).map((part) => Buffer.from(part, 'base64url'));
  return [bytes.toString('utf8'), ...inner.map((part) => (part.length < bytes.length ? readable(part) : ''))].join(
    '\n',
  );
};
