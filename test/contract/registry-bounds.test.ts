import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Kit } from '../../adapters/kit/index.ts';
import { openRegistryAs } from '../../services/cli/member.ts';
import { type Agreement, readAgreement } from '../../services/kernel/agreement.ts';
import { draft, nextStep } from '../../services/kernel/agreement-record.ts';
import { decodeBatch } from '../../services/kernel/batch.ts';
import { parseEntry } from '../../services/kernel/evidence.ts';
import { type Entity, type EntityOf, parseEntity } from '../../services/kernel/registry.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { officersOf } from '../support/officers.ts';
import { sharedCluster } from '../support/postgres.ts';

const DRAFTS = 3;
let bus: Bus;
let exchange: Exchange;
let asker: Kit;
let provider: Kit;
let agreement: EntityOf<'agreement'>;
let terms: Agreement;
let meanwhile: () => Promise<void> = async () => undefined;
beforeAll(async () => {
  bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
  exchange = await startExchange(bus, { draftsAtMost: DRAFTS });
  const { layout, registry, gateway } = exchange;
  const addresses = { registry: registry.address, gateways: [gateway.address] };
  for (const of of [layout.operator, layout.agency('transport')]) await writeBusAddresses(of, addresses);
  provider = await exchange.kit('civil-status', {
    [EXTRACT]: async () => {
      await meanwhile();
      return { kind: 'found', document: personalExtract() };
    },
  });
  asker = await exchange.kit('transport');
  const declared = await exchange.readDeclared('agreement.transport.personal-extract.json');
  agreement = parseEntity(declared as never) as EntityOf<'agreement'>;
  terms = readAgreement(agreement.signed);
}, 60_000);
afterAll(async () => {
  await exchange?.stop();
  await bus?.close();
  await (await sharedCluster()).stop();
}, 60_000);

/** Resolves once both kits, and so the gateway before them, have taken what stands now. */
const taken = async (): Promise<void> => {
  const { version } = await exchange.registryVersion();
  await until(() => [asker, provider].every((kit) => (kit.copy()?.version ?? 0) >= version), 30_000);
};

test('what is suspended while the provider works is delivered to nobody, and the evidence says so', async () => {
  const { provider: officer } = await officersOf(exchange.layout, terms);
  const say = (of: EntityOf<'agreement'>, step: 'suspended' | 'resumed') =>
    nextStep(officer, of, { issuer: terms.provider, step, timeMs: Date.now() });
  const suspended = await say(agreement, 'suspended');
  meanwhile = async () => {
    await exchange.registry.apply([suspended]);
    await taken();
  };
  const end = await asker.request(ASK);
  meanwhile = async () => undefined;
  expect(end).toMatchObject({ outcome: 'refused', code: 'agreement-suspended', by: { kind: 'gateway' } });
  expect(end).not.toHaveProperty('document');

  const entries: object[] = [];
  const reading = await bus.follow({
    topic: 'wasl.evidence',
    from: 'beginning',
    handle: ({ value }) => {
      for (const { body } of decodeBatch(value).entries.map(parseEntry)) {
        if ('requestId' in body && body.requestId === end.requestId) entries.push(body);
      }
    },
  });
  await reading.caughtUp;
  await reading.stop();
  // The gateway's own word, with no answer and no document of the provider's.
  expect(entries).toEqual([
    expect.objectContaining({ kind: 'requested' }),
    expect.objectContaining({ kind: 'answered', outcome: 'refused', code: 'agreement-suspended' }),
  ]);
  expect(entries[1]).not.toHaveProperty('document');
  await exchange.registry.apply([await say(suspended, 'resumed')]);
  await taken();
  expect(await asker.request(ASK)).toMatchObject({ outcome: 'delivered' });
}, 60_000);

test('a requester has so many drafts and no more, until the authority has approved one; a later version takes no new place', async () => {
  const { requester } = await officersOf(exchange.layout, terms);
  const registry = await openRegistryAs(exchange.layout.agency('transport'));
  const drafted = async (id: string, version = 1): Promise<void> => {
    await registry.submit(JSON.stringify(await draft(requester, { ...terms, id, version })));
  };
  for (let n = 0; n < DRAFTS; n += 1) await drafted(`draft-${n}`);
  await expect(drafted('one-more')).rejects.toMatchObject({
    code: 'drafts-too-many',
    params: { agency: 'transport', most: `${DRAFTS}` },
  });
  await drafted('draft-1', 2);
  registry.close();
});

test('a registry of more than one message holds is read whole, by a kit and by the authority', async () => {
  // No machine but a registry holds so many schemas, and all of them together are longer than gRPC takes at once.
  const many = Array.from(
    { length: 50 },
    (_, n): Entity =>
      parseEntity({
        kind: 'document-type',
        id: `civil-status.large-${n}`,
        version: 1,
        provider: 'civil-status',
        title: { en: 'Large', ar: 'كبير' },
        schema: { type: 'object', description: `${n}`.padEnd(400_000, 'x') },
      }),
  );
  await exchange.registry.apply(many);
  await taken();
  const late = await exchange.kit('civil-status');
  expect(late.copy()?.version).toBe(provider.copy()?.version);
  const operator = await openRegistryAs(exchange.layout.operator);
  const { entities } = await operator.read();
  operator.close();
  expect(entities.filter((text) => text.includes('civil-status.large-')).length).toBe(many.length);
  expect(entities.reduce((sum, text) => sum + text.length, 0)).toBeGreaterThan(20_000_000);
  expect(await asker.request(ASK)).toMatchObject({ outcome: 'delivered' });
}, 120_000);
