import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { Ask, Kit } from '../../adapters/kit/index.ts';
import { setAgency } from '../../services/cli/commands/agency.ts';
import { writeBusAddresses } from '../../services/cli/member.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { ASK } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';

const CALLERS = 16;
/** A change reaches every gateway and kit within this time (issue of joining: "within 5 s"). */
const WITHIN_MS = 5_000;

let bus: Bus;
let exchange: Exchange;
let asker: Kit;
let provider: Kit;
beforeEach(async () => {
  bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
  exchange = await startExchange(bus);
  await writeBusAddresses(exchange.layout.operator, { registry: exchange.registry.address, gateways: [] });
  provider = await exchange.kit('civil-status', {
    [ASK.documentType]: async () => ({ kind: 'found', document: personalExtract() }),
  });
  asker = await exchange.kit('transport');
}, 60_000);
afterEach(async () => {
  await exchange.stop();
  await bus.close();
}, 60_000);
afterAll(async () => (await sharedCluster()).stop(), 60_000);

/** Asks without a pause until told to stop. */
const load = (kit: Kit, ask: Ask) => {
  const ends: { readonly atMs: number; readonly outcome: string; readonly code: string }[] = [];
  let going = true;
  const caller = async (): Promise<void> => {
    while (going) {
      const end = await kit.request(ask);
      ends.push({ atMs: Date.now(), outcome: end.outcome, code: 'code' in end ? String(end.code) : '' });
    }
  };
  const callers = Array.from({ length: CALLERS }, caller);
  return {
    ends,
    delivered: () => ends.filter(({ outcome }) => outcome === 'delivered'),
    stop: async () => {
      going = false;
      await Promise.all(callers);
    },
  };
};

test('the registry may be away for the length of a load: not one exchange fails', async () => {
  const loading = load(asker, ASK);
  await until(() => loading.delivered().length > 20);
  await exchange.registry.stop();
  const before = loading.delivered().length;
  await until(() => loading.delivered().length > before + 300, 30_000);
  await loading.stop();
  expect(loading.ends.filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
}, 60_000);

test('an agency that is shut out is asked nothing more within 5 s, and its streams are closed', async () => {
  const loading = load(asker, ASK);
  await until(() => loading.delivered().length > 20);
  const said = Date.now();
  await setAgency('civil-status', exchange.layout.operator, 'revoked');
  await until(() => loading.ends.some(({ outcome }) => outcome !== 'delivered'), WITHIN_MS);
  await until(() => provider.status().attached === 0, WITHIN_MS);
  const refused = loading.ends.length;
  await until(() => loading.ends.length > refused + 100, 30_000);
  await loading.stop();
  const last = Math.max(...loading.delivered().map(({ atMs }) => atMs));
  process.stderr.write(`[shut out] the last document came ${last - said} ms after the authority's word\n`);
  expect(last - said).toBeLessThan(WITHIN_MS);
  expect(loading.ends.at(-1)).toMatchObject({ outcome: 'refused', code: 'unknown-agency' });
}, 60_000);
