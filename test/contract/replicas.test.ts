import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HandlerAnswer, type Journal, type Kit, openTableJournal } from '../../adapters/kit/index.ts';
import type { Gateway } from '../../services/gateway/app.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { startTestCluster, type TestCluster } from '../support/postgres.ts';

let cluster: TestCluster;
let bus: Bus;
let exchange: Exchange;
let second: Gateway;
let asker: Kit;
const replicas: { kit: Kit; calls: number }[] = [];
const journals: Journal[] = [];
let gate: Promise<void> = Promise.resolve();

beforeAll(async () => {
  cluster = await startTestCluster();
  bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
  exchange = await startExchange(bus);
  second = await exchange.startGateway();
  const url = await cluster.createDatabase();
  for (let index = 0; index < 2; index += 1) {
    const journal = await openTableJournal({ url });
    journals.push(journal);
    const replica = { calls: 0 } as { kit: Kit; calls: number };
    const handler = async (): Promise<HandlerAnswer> => {
      replica.calls += 1;
      await gate;
      return { kind: 'found', document: personalExtract() };
    };
    replica.kit = await exchange.kit('civil-status', { [EXTRACT]: handler }, (own) => ({
      ...journal,
      close: own.close,
    }));
    replicas.push(replica);
  }
  asker = await exchange.kit('transport');
}, 120_000);
afterAll(async () => {
  await exchange?.stop();
  for (const journal of journals) await journal.close();
  await bus?.close();
  await cluster?.stop();
}, 60_000);
beforeEach(() => {
  for (const replica of replicas) replica.calls = 0;
});

const ask = () => asker.request(ASK);
const endsOf = async (asked: readonly ReturnType<typeof ask>[]): Promise<string[]> =>
  (await Promise.all(asked)).map((outcome) => ('code' in outcome ? outcome.code : outcome.outcome));
const closeGate = (): (() => void) => {
  let open: () => void = () => undefined;
  gate = new Promise((resolve) => {
    open = resolve;
  });
  return open;
};

test('two replicas share the load, the least busy first, and one journal holds the words of both', async () => {
  const open = closeGate();
  const asked = Array.from({ length: 16 }, ask);
  await until(() => replicas.reduce((sum, { calls }) => sum + calls, 0) === 16);
  open();
  expect(new Set(await endsOf(asked))).toEqual(new Set(['delivered']));
  expect(replicas.map(({ calls }) => calls)).toEqual([8, 8]);
  const kinds: string[] = [];
  for await (const { entry } of journals[0]?.read() ?? []) kinds.push(entry.body.kind);
  expect(kinds.filter((kind) => kind === 'offered').length).toBe(16);
  expect(kinds.filter((kind) => kind === 'answered').length).toBe(16);
}, 30_000);

test('a replica that drains loses no call in flight and takes no new one', async () => {
  const open = closeGate();
  const early = Array.from({ length: 8 }, ask);
  await until(() => replicas.reduce((sum, { calls }) => sum + calls, 0) === 8);
  const held = replicas[0]?.calls ?? 0;
  const drained = replicas[0]?.kit.drain();
  open();
  await drained;
  expect(new Set(await endsOf(early))).toEqual(new Set(['delivered']));
  const after = replicas[0]?.calls ?? 0;
  expect(after).toBeGreaterThanOrEqual(held);
  expect(new Set(await endsOf(Array.from({ length: 6 }, ask)))).toEqual(new Set(['delivered']));
  expect(replicas[0]?.calls).toBe(after);
}, 30_000);

test('a gateway that stops loses no request: what it had is answered, what comes goes to the other', async () => {
  let asking = true;
  const ends: string[] = [];
  const load = Array.from({ length: 6 }, async () => {
    while (asking) ends.push(...(await endsOf([ask()])));
  });
  await until(() => ends.length > 20);
  await second.stop();
  const then = ends.length;
  await until(() => ends.length > then + 20);
  asking = false;
  await Promise.all(load);
  expect(new Set(ends)).toEqual(new Set(['delivered']));
}, 30_000);
