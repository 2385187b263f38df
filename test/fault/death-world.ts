import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCopy } from '../../services/cli/evidence.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { freePort, openPool } from '../../services/platform/store/index.ts';
import { ASK } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { startExchange, until } from '../support/exchange.ts';
import { startTestCluster } from '../support/postgres.ts';
import { type Mortal, startMortal } from './death-process.ts';
import { judge, readCalls, type Verdict } from './judge.ts';

/** A bus under test: the log as its judge reads it, and the server behind it. */
export interface BusForDeath {
  readonly bus: Bus;
  /** Settings by which a gateway process opens the same bus. */
  readonly settings: object;
  /** Ends the server behind the bus at once, and starts it again. */
  readonly server: { kill(): Promise<void>; start(): Promise<void> } | undefined;
  stop(): Promise<void>;
}

export type Kind = 'gateway' | 'provider' | 'agent';

/** Callers of the agent, each asking one call after another. */
export interface Load {
  /** Resolves once so many calls have ended. */
  ended(calls: number): Promise<void>;
  /** Nothing new is called; resolves, when nothing is under way, to the keys of the calls that broke off. */
  stop(): Promise<readonly string[]>;
}

/** Two gateways, two replicas of a provider, and a requester's agent, each a process of its own on real mutual TLS. */
export interface DeathWorld {
  readonly under: BusForDeath;
  mortal(kind: Kind, index: number): Mortal;
  /** Starts what takes the place of one that is gone. */
  replace(kind: Kind, index: number): Promise<void>;
  load(callers: number): Load;
  /** Calls the agent; undefined when it did not answer at all. */
  ask(key: string): Promise<{ readonly outcome: string; readonly code?: string } | undefined>;
  /** Asks one call after another until one is delivered; resolves to the time of that, ms since the epoch. */
  delivers(): Promise<number>;
  /** Asks until documents have come through both gateways and from both replicas. */
  serves(): Promise<void>;
  judge(): Promise<Verdict>;
  readonly asked: number;
  stop(): Promise<void>;
}

const TWO = [0, 1] as const;
const SCRIPTS: Readonly<Record<Kind, URL>> = {
  gateway: new URL('./gateway.mjs', import.meta.url),
  provider: new URL('./provider.mjs', import.meta.url),
  agent: new URL('./agent.mjs', import.meta.url),
};
/** What a source system takes for an answer, ms. */
const TAKES_MS = 20;

export const startDeathWorld = async (under: BusForDeath): Promise<DeathWorld> => {
  const gateways = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const listen = `127.0.0.1:${await freePort()}`;
  const root = await mkdtemp(join(tmpdir(), 'wasl-death-'));
  const calls = join(root, 'calls');
  await mkdir(calls);
  const exchange = await startExchange(under.bus, { gatewayAt: gateways[0] ?? '' });
  const ministry = await startTestCluster();
  const table = await ministry.createDatabase();
  const { layout } = exchange;
  const asker = join(root, 'asker');
  const argumentOf: Readonly<Record<Kind, (index: number) => object>> = {
    gateway: (index) => ({ identity: layout.gateway('gw-1'), listen: gateways[index], bus: under.settings }),
    provider: () => {
      const identity = layout.agency('civil-status');
      return { identity, gateways, journal: table, calls, document: personalExtract(), takesMs: TAKES_MS };
    },
    agent: () => ({ identity: layout.agency('transport'), gateways, journal: asker, listen }),
  };
  const running = new Map<string, Mortal>();
  const replace = async (kind: Kind, index: number): Promise<void> => {
    running.set(`${kind} ${index}`, await startMortal(SCRIPTS[kind], argumentOf[kind](index)));
  };
  const mortal = (kind: Kind, index: number): Mortal => {
    const found = running.get(`${kind} ${index}`);
    if (found === undefined) throw new RangeError(`there is no ${kind} ${index}`);
    return found;
  };
  await Promise.all(TWO.map((index) => replace('gateway', index)));
  await Promise.all([...TWO.map((index) => replace('provider', index)), replace('agent', 0)]);
  const copy = await readCopy(under.bus, layout);
  const provider = openPool(table, { max: 1 });

  const delivered: string[] = [];
  let asked = 0;
  const call = async (key: string) => {
    asked += 1;
    const response = await fetch(`http://${listen}/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({
        ...ASK,
        deadlineMs: 4_000,
      }),
    });
    const said = (await response.json()) as {
      readonly outcome: string;
      readonly code?: string;
      readonly requestId: string;
      readonly receipt: { readonly boot: string };
    };
    if (said.outcome === 'delivered') delivered.push(said.requestId);
    return said;
  };
  const ask = (key: string) => call(key).catch(() => undefined);

  return {
    under,
    mortal,
    replace,
    ask,
    get asked() {
      return asked;
    },
    load: (callers) => {
      const broken: string[] = [];
      let going = true;
      let ended = 0;
      const work = Array.from({ length: callers }, async () => {
        while (going) {
          const key = randomUUID();
          if ((await ask(key)) === undefined) {
            broken.push(key);
            return;
          }
          ended += 1;
        }
      });
      return {
        ended: (count) => until(() => ended >= count, 30_000),
        stop: async () => {
          going = false;
          await Promise.all(work);
          return broken;
        },
      };
    },
    delivers: async () => {
      await until(async () => (await ask(randomUUID()))?.outcome === 'delivered', 60_000);
      return Date.now();
    },
    serves: async () => {
      const wanted = TWO.flatMap((index) => [mortal('gateway', index).name, mortal('provider', index).name]);
      const seen = new Set<string>();
      await until(async () => {
        const said = await Promise.all(Array.from({ length: 4 }, () => ask(randomUUID())));
        const good = said.flatMap((one) => (one?.outcome === 'delivered' ? [one] : []));
        const ids = new Set(good.map(({ requestId }) => requestId));
        for (const { receipt } of good) seen.add(receipt.boot);
        for (const { requestId, replica } of await readCalls(calls)) if (ids.has(requestId)) seen.add(replica);
        return wanted.every((name) => seen.has(name));
      }, 60_000);
    },
    judge: () => judge({ bus: under.bus, copy, asker, provider, calls }, delivered),
    stop: async () => {
      for (const each of running.values()) await each.kill();
      await provider.end();
      await exchange.stop();
      await ministry.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
};
