import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { Kit } from '../../adapters/kit/index.ts';
import { listKeys, revokeKey, rotate } from '../../services/cli/commands/keys.ts';
import { certify } from '../../services/cli/commands/officer.ts';
import { DATA_OFFICER } from '../../services/cli/development/layout.ts';
import type { End } from '../../services/cli/end.ts';
import { latin1 } from '../../services/kernel/bytes.ts';
import { readJws } from '../../services/kernel/jws.ts';
import { issueSdJwt } from '../../services/kernel/sdjwt.ts';
import { TYP } from '../../services/kernel/statements.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { loadSigner, loadTls, primitives } from '../../services/platform/crypto/index.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { connectGateway } from '../../services/platform/rpc/index.ts';
import { ASK } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { type Ended, load } from '../support/load.ts';
import { sharedCluster } from '../support/postgres.ts';

/** A revocation reaches every gateway and kit within this time (issue of joining: "within 5 s"). */
const WITHIN_MS = 5_000;

let bus: Bus;
let exchange: Exchange;
let asker: Kit;
let provider: Kit;
beforeEach(async () => {
  bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
  exchange = await startExchange(bus);
  const addresses = { registry: exchange.registry.address, gateways: [] };
  for (const folder of ['civil-status', 'transport'].map(exchange.layout.agency))
    await writeBusAddresses(folder, addresses);
  await writeBusAddresses(exchange.layout.operator, addresses);
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

const kidOf = ({ credential }: Ended): string => readJws(credential.split('~')[0] ?? '', TYP.credential).kid;
const identity = (agency: string): string => exchange.layout.agency(agency);
const recovery = (agency: string): string => join(identity(agency), 'recovery.jwk');
const keyOf = ({ json }: End): string => (json as { key: string }).key;
const rotateAtOnce = async (agency: string): Promise<string> =>
  keyOf(await rotate({ as: identity(agency), recovery: recovery(agency), veto: false }));
const statesOf = async (agency: string): Promise<unknown[]> =>
  ((await listKeys({ as: identity(agency) })).json as { keys: { state: string }[] }).keys.map(({ state }) => state);

test('both agencies rotate their keys under load: not one exchange fails, and what the former keys signed can still be verified', async () => {
  const loading = load(asker);
  await until(() => loading.delivered().length > 20);
  const first = loading.delivered()[0] as Ended;
  const keys = [await rotateAtOnce('civil-status'), await rotateAtOnce('transport')];
  await until(() => loading.ends.length > 0 && kidOf(loading.ends.at(-1) as Ended) === keys[0], 30_000);
  const before = loading.ends.length;
  await until(() => loading.ends.length > before + 200, 30_000);
  await loading.stop();
  expect(loading.ends.filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
  expect(kidOf(first)).not.toBe(keys[0]);
  expect((await asker.verify(first.credential)).issuer).toBe('civil-status');
  expect((await asker.verify(loading.ends.at(-1)?.credential ?? '')).issuer).toBe('civil-status');
  expect(await statesOf('civil-status')).toEqual(['former', 'present']);
}, 90_000);

test('a signing key that is revoked under load: nothing more is delivered within 5 s, until the recovery key names another', async () => {
  const loading = load(asker);
  await until(() => loading.delivered().length > 20);
  const said = Date.now();
  await revokeKey(undefined, { as: identity('civil-status'), signing: recovery('civil-status') });
  await until(() => loading.ends.some(({ code }) => code === 'agency-keyless'), WITHIN_MS);
  await until(() => provider.status().attached === 0, WITHIN_MS);
  const refused = loading.ends.length;
  await until(() => loading.ends.length > refused + 100, 30_000);
  const last = loading.delivered().at(-1) as Ended;
  const first = loading.delivered()[0] as Ended;
  process.stderr.write(
    `[key revoked] the last document came ${last.atMs - said} ms after the word of the recovery key\n`,
  );
  expect(last.atMs - said).toBeLessThan(WITHIN_MS);
  expect(loading.ends.at(-1)).toMatchObject({ outcome: 'refused', code: 'agency-keyless' });

  await expect(rotate({ as: identity('civil-status'), veto: false })).rejects.toMatchObject({ code: 'agency-keyless' });
  const key = await rotateAtOnce('civil-status');
  const anew = {
    as: identity('civil-status'),
    person: 'civil-status:1001',
    from: new Date(said - 3_600_000).toISOString(),
    validMs: 86_400_000,
  };
  // A certificate that the registry refuses is not kept, and stands in nobody's way.
  const foreign = { ...anew, signing: recovery('civil-status') };
  await expect(certify(DATA_OFFICER, foreign)).rejects.toMatchObject({ code: 'unknown-key' });
  await certify(DATA_OFFICER, anew);
  await until(() => loading.ends.at(-1)?.outcome === 'delivered', 30_000);
  await loading.stop();
  expect(kidOf(loading.ends.at(-1) as Ended)).toBe(key);
  // What this agency has in evidence from before counts; whoever has not cannot know when it was signed.
  expect((await asker.verify(first.credential)).issuer).toBe('civil-status');
  // Nor does evidence of one document date another, which whoever stole the key made for the same request.
  const stolen = await loadSigner(join(identity('civil-status'), 'signing.jwk'));
  const { _sd, _sd_alg, ...always } = readJws(first.credential.split('~')[0] ?? '', TYP.credential).payload;
  const forged = await issueSdJwt(stolen, primitives, { always, disclosable: { fullName: 'Anybody' } });
  await expect(asker.verify(latin1(forged))).rejects.toMatchObject({ code: 'signing-key-revoked' });
  const another = await exchange.kit('transport');
  await expect(another.verify(first.credential)).rejects.toMatchObject({ code: 'signing-key-revoked' });
  expect(await statesOf('civil-status')).toEqual(['revoked', 'present']);
}, 90_000);

test('a certificate of before a theft connects to nothing once other keys are named; the agency’s own kit renews it by itself, and a mere rotation renews none', async () => {
  const as = identity('civil-status');
  await rotateAtOnce('transport');
  const stolen = await loadTls(as);
  const byThief = connectGateway({ address: exchange.gateway.address, tls: stolen, trustDomain: 'wasl.test' });
  const announced = (): Promise<unknown> => byThief.announce({ timeoutMs: 5_000 }).catch(({ code }) => code);
  expect(await announced()).toMatchObject({ gateway: 'gw-1' });
  const before = await loadTls(identity('transport'));
  await revokeKey(undefined, { as, signing: recovery('civil-status') });
  await until(async () => (await announced()) === 'agency-keyless', WITHIN_MS);
  await rotateAtOnce('civil-status');
  await until(async () => (await announced()) === 'certificate-superseded', WITHIN_MS);
  await until(() => provider.status().attached === 1, 30_000);
  expect((await loadTls(as)).cert).not.toBe(stolen.cert);
  expect(await announced()).toBe('certificate-superseded');
  byThief.close();
  expect(await loadTls(identity('transport'))).toEqual(before);
  expect(asker.status().gateways).toBe(1);
}, 60_000);

test('new keys that the present key names wait for a day, and the recovery key may put them aside', async () => {
  const waiting = keyOf(await rotate({ as: identity('civil-status'), veto: false }));
  expect(await statesOf('civil-status')).toEqual(['present', 'waiting']);
  const end = await asker.request(ASK);
  expect(end.outcome === 'delivered' && kidOf({ ...end, atMs: 0, code: '' })).not.toBe(waiting);
  await expect(rotate({ as: identity('civil-status'), veto: false })).rejects.toMatchObject({ code: 'rollover-waits' });
  await rotate({ as: identity('civil-status'), recovery: recovery('civil-status'), veto: true });
  expect(await statesOf('civil-status')).not.toContain('waiting');
  expect((await asker.request(ASK)).outcome).toBe('delivered');
}, 60_000);

test('a veto puts aside what waits and names nothing but its own folder’s keys; keys that were made stay, whatever the registry says of them', async () => {
  const as = identity('civil-status');
  const veto = (folder = as) => rotate({ as: folder, recovery: recovery('civil-status'), veto: true });
  await expect(veto()).rejects.toMatchObject({ code: 'bad-usage' });
  await rotate({ as, veto: false });
  await expect(rotate({ as, veto: false })).rejects.toMatchObject({ code: 'rollover-waits' });
  expect((await readdir(join(as, 'keys'))).length).toBe(4);
  await veto();
  const elsewhere = `${as}-elsewhere`;
  await cp(as, elsewhere, { recursive: true });
  await rotate({ as: elsewhere, recovery: recovery('civil-status'), veto: false });
  await expect(veto()).rejects.toMatchObject({ code: 'bad-usage' });
  await rotate({ as: elsewhere, veto: false });
  await expect(veto()).rejects.toMatchObject({ code: 'own-key-missing' });
  await veto(elsewhere);
  expect(await statesOf('civil-status')).toEqual(['former', 'former', 'former', 'present']);
}, 60_000);

test('the authority takes a key back as well, and names none', async () => {
  const root = join(exchange.layout.authority, 'root.jwk');
  await revokeKey(undefined, { as: exchange.layout.operator, signing: root, agency: 'civil-status' });
  await until(async () => (await asker.request(ASK)).outcome === 'refused', WITHIN_MS);
  expect(await asker.request(ASK)).toMatchObject({ code: 'agency-keyless' });
  await expect(rotate({ as: identity('civil-status'), recovery: root, veto: false })).rejects.toMatchObject({
    code: 'bad-usage',
  });
}, 60_000);
