import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { Kit } from '../../adapters/kit/index.ts';
import { setAgency } from '../../services/cli/commands/agency.ts';
import { readAgreement } from '../../services/kernel/agreement.ts';
import { nextStep } from '../../services/kernel/agreement-record.ts';
import type { Step } from '../../services/kernel/agreement-state.ts';
import { AUTHORITY } from '../../services/kernel/ids.ts';
import { type EntityOf, parseEntity } from '../../services/kernel/registry.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { ASK } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { load } from '../support/load.ts';
import { officersOf } from '../support/officers.ts';
import { sharedCluster } from '../support/postgres.ts';

const AGREEMENT = 'agreement.transport.personal-extract.json';
const agreementEntity = (declared: Record<string, unknown>): EntityOf<'agreement'> =>
  parseEntity(declared as never) as EntityOf<'agreement'>;
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

test('the registry may be away for the length of a load: not one exchange fails', async () => {
  const loading = load(asker);
  await until(() => loading.delivered().length > 20);
  await exchange.registry.stop();
  const before = loading.delivered().length;
  await until(() => loading.delivered().length > before + 300, 30_000);
  await loading.stop();
  expect(loading.ends.filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
}, 60_000);

test('an agency that is shut out is asked nothing more within 5 s, and its streams are closed', async () => {
  const loading = load(asker);
  await until(() => loading.delivered().length > 20);
  const said = Date.now();
  await setAgency('civil-status', { as: exchange.layout.operator, status: 'revoked' });
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

test.each(['requester', 'provider', 'authority'] as const)(
  'an agreement that an officer of the %s suspends carries no document after 5 s, and does again once it is resumed',
  async (side) => {
    const held = agreementEntity(await exchange.readDeclared(AGREEMENT));
    const terms = readAgreement(held.signed);
    const officer = (await officersOf(exchange.layout, terms))[side];
    const issuer = side === 'authority' ? AUTHORITY : terms[side];
    const say = (from: EntityOf<'agreement'>, step: Step) =>
      nextStep(officer, from, { issuer, step, timeMs: Date.now() });
    const loading = load(asker);
    await until(() => loading.delivered().length > 20);
    const suspended = await say(held, 'suspended');
    const said = Date.now();
    await exchange.registry.apply([suspended]);
    await until(() => loading.ends.some(({ code }) => code === 'agreement-suspended'), WITHIN_MS);
    const refused = loading.ends.length;
    await until(() => loading.ends.length > refused + 100, 30_000);
    const last = Math.max(...loading.delivered().map(({ atMs }) => atMs));
    process.stderr.write(
      `[suspended by the ${side}] the last document came ${last - said} ms after the officer's word\n`,
    );
    expect(last - said).toBeLessThan(WITHIN_MS);
    expect(loading.ends.at(-1)).toMatchObject({ outcome: 'refused', code: 'agreement-suspended' });
    await exchange.registry.apply([await say(suspended, 'resumed')]);
    await until(() => loading.ends.at(-1)?.outcome === 'delivered', WITHIN_MS);
    await loading.stop();
  },
  60_000,
);
