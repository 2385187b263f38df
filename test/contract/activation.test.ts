import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as at } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kit, loadIdentity, openFileJournal, openKit, silentLogger } from '../../adapters/kit/index.ts';
import { invite, setAgency } from '../../services/cli/commands/agency.ts';
import { type ConformFlags, conform } from '../../services/cli/commands/conform.ts';
import { join } from '../../services/cli/commands/join.ts';
import { certify } from '../../services/cli/commands/officer.ts';
import { schemaPublish } from '../../services/cli/commands/schema-publish.ts';
import { DATA_OFFICER, officerFiles } from '../../services/cli/development/layout.ts';
import { openRegistryAs } from '../../services/cli/member.ts';
import { type Conformance, startConformance } from '../../services/conformance/app.ts';
import { loadIdentities } from '../../services/conformance/main.ts';
import { decodeBatch, verifyBatch } from '../../services/kernel/batch.ts';
import { followChain } from '../../services/kernel/chain.ts';
import { parseEntry } from '../../services/kernel/evidence.ts';
import { CONFORMANCE, parseAgencyId } from '../../services/kernel/ids.ts';
import { readJws } from '../../services/kernel/jws.ts';
import { signAgencyKeys } from '../../services/kernel/key-statements.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  loadSigner,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../../services/platform/crypto/index.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { connectConformance } from '../../services/platform/rpc/index.ts';
import { makeRegister, SCHEMA } from '../support/conformance.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';
import { readinessOf } from '../support/readiness.ts';

let bus: Bus;
let exchange: Exchange;
let suite: Conformance;
let folder: string;
let operator: string;
const kits: (() => Promise<void>)[] = [];
beforeAll(async () => {
  bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
  exchange = await startExchange(bus);
  folder = await mkdtemp(at(tmpdir(), 'wasl-activation-'));
  const { layout, registry } = exchange;
  operator = layout.operator;
  const identities = {
    identity: layout.gateway(CONFORMANCE),
    agency: layout.agency(CONFORMANCE),
    officer: officerFiles(layout.agency(CONFORMANCE), DATA_OFFICER).key,
    approver: officerFiles(layout.gateway(CONFORMANCE), DATA_OFFICER).key,
  };
  suite = await startConformance({
    ...(await loadIdentities(identities)),
    registry: registry.address,
    listen: '127.0.0.1:0',
    opsListen: '127.0.0.1:0',
    origin: 'wasl.test',
    bus,
    log: silentLogger,
  });
  await writeBusAddresses(operator, { registry: registry.address, gateways: [exchange.gateway.address] });
}, 60_000);
afterAll(async () => {
  for (const close of kits) await close();
  await suite.stop();
  await exchange.stop();
  await bus.close();
  await rm(folder, { recursive: true });
});

/** An agency that has joined, and knows of the suite as of every gateway. */
const joined = async (id: string): Promise<string> => {
  const names = { nameEn: 'A library (test)', nameAr: 'مكتبة تجريبية' };
  const { json } = await invite(id, { as: operator, ...names, validMs: 3_600_000 });
  const dir = at(folder, id);
  await join((json as { invitation: string }).invitation, { dir, recovery: at(folder, `${id}-recovery.jwk`) });
  const gateways = [suite.address, exchange.gateway.address];
  await writeBusAddresses(dir, { registry: exchange.registry.address, gateways });
  return dir;
};

/** An agency as a file may declare it, with keys of its own. */
const signedAnew = async (id: string) => {
  const [signing, recovery] = [generateSigningKey(), generateSigningKey()].map(signerFromJwk) as [Signer, Signer];
  const { publicJwk: encryption } = openerFromJwk(generateEncryptionKey());
  const keys = await signAgencyKeys(recovery, parseAgencyId(id), signing.publicJwk, encryption);
  return { kind: 'agency', id, name: { en: 'Unheard of', ar: 'غير معروفة' }, keys };
};

const attach = async (dir: string, documentType: string): Promise<Kit> => {
  const identity = await loadIdentity(dir);
  const journal = await openFileJournal({ dir: at(dir, 'journal') });
  const { gateways } = identity;
  const kit = openKit({ identity, gateways, journal, log: silentLogger });
  kit.provide(documentType, makeRegister().handler);
  kit.attach({ replica: 'one', credits: 16 });
  kits.push(async () => {
    await kit.drain();
    await kit.close();
    await journal.close();
  });
  await until(() => kit.status().gateways === gateways.length);
  return kit;
};

const flagsOf = (id: string, dir: string, schema: string): ConformFlags => ({
  ...{ document: `${id}.reader-card`, schema, subject: '0001112223', unknownSubject: '0009998887' },
  ...{ check: [], forRecord: true, identity: dir, officer: DATA_OFFICER },
  report: at(folder, `${id}.jws`),
});

test('an agency that has joined is checked through the bus, by an agreement that its officer accepts, and its report makes it active', async () => {
  const dir = await joined('library');
  const schema = at(folder, 'reader-card.v1.json');
  await writeFile(schema, JSON.stringify(SCHEMA));
  const flags = flagsOf('library', dir, schema);
  await expect(conform(flags, () => undefined)).rejects.toMatchObject({ code: 'schema-not-published' });
  await schemaPublish(schema, { as: dir, document: 'library.reader-card', major: 1 });
  await expect(conform(flags, () => undefined)).rejects.toMatchObject({
    code: 'bad-usage',
    params: { what: expect.stringContaining('--person STAFF-NUMBER') },
  });
  const kit = await attach(dir, 'library.reader-card');

  const said: string[] = [];
  const end = await conform({ ...flags, person: 'library:7' }, (text) => said.push(text));
  expect(end).toMatchObject({ kind: 'delivered', json: { ready: true, rehearsal: false } });
  expect(said.filter((text) => text.startsWith('✗'))).toEqual([]);
  const report = at(folder, 'library.jws');
  expect(readJws((await readFile(report, 'utf8')).trim(), 'wasl-readiness+jwt').payload).toMatchObject({
    ...{ iss: CONFORMANCE, agency: 'library', documentType: 'library.reader-card' },
    results: expect.arrayContaining([{ check: 'drain', verdict: 'not-run', required: false }]),
  });
  // Joining, it may ask nobody; and where it asks, the suite is passed over for a gateway that carries requests.
  const asked = { from: 'transport', documentType: 'transport.driving-licence', purpose: 'curiosity' };
  const subject = { scheme: 'jo:national-number', value: '0009990001' };
  expect(await kit.request({ ...asked, subject })).toMatchObject({ code: 'unknown-agency', by: { id: 'gw-1' } });

  // A second run stands on the same agreement: nobody is asked again.
  const again: string[] = [];
  await conform(flags, (text) => again.push(text));
  expect([said, again].map((texts) => texts.some((text) => text.includes('has accepted')))).toEqual([true, false]);
  await setAgency('library', { as: operator, status: 'active', report });
  // The gateway hears of it within a second or two.
  const code = async (): Promise<string> => {
    const outcome = await kit.request({ ...asked, subject });
    return 'code' in outcome ? outcome.code : outcome.outcome;
  };
  await until(async () => (await code()) === 'no-agreement');
}, 120_000);

test('what the suite asked for the record stands in the log, one chain that verifies', async () => {
  const key = (await loadSigner(at(exchange.layout.gateway(CONFORMANCE), 'signing.jwk'))).publicJwk;
  const chain = followChain();
  const kinds: string[] = [];
  const following = await bus.follow({
    topic: 'wasl.evidence',
    from: 'beginning',
    handle: async ({ value }) => {
      const batch = decodeBatch(value);
      if (parseEntry(batch.entries[0] ?? new Uint8Array()).gateway !== String(CONFORMANCE)) return;
      await verifyBatch(primitives, key, batch);
      for (const bytes of batch.entries) {
        const entry = parseEntry(bytes);
        expect(chain.take(entry, bytes)).toEqual({ kind: 'new' });
        kinds.push(entry.body.kind);
      }
    },
  });
  await following.caughtUp;
  await following.stop();
  expect(kinds[0]).toBe('opened');
  expect(kinds.filter((kind) => kind === 'requested').length).toBeGreaterThan(100);
  expect(kinds).toContain('answered');
});

test('nobody has another agency’s document checked, and no agency without a document', async () => {
  const dir = await joined('museum');
  await certify(DATA_OFFICER, { as: dir, person: 'museum:7', validMs: 86_400_000 });
  const schema = at(folder, 'reader-card.v1.json');
  const foreign = { ...flagsOf('library', dir, schema), report: at(folder, 'museum.jws') };
  await expect(conform(foreign, () => undefined)).rejects.toMatchObject({ code: 'bad-usage' });
  await expect(conform(flagsOf('museum', dir, schema), () => undefined)).rejects.toMatchObject({
    code: 'schema-not-published',
  });
  // Nor by whoever asks the suite without the command.
  const { tls, trustDomain } = await loadIdentity(dir);
  const connection = connectConformance({ address: suite.address, tls, trustDomain });
  const stream = connection.run();
  const nobody = { known: undefined, unknown: undefined, malformed: undefined, can: [], build: '' };
  const value = { documentType: 'museum.reader-card', documentVersion: 1, ...nobody };
  await stream.write({ message: { $case: 'start', value } });
  await expect(stream.incoming[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'unknown-document-type' });
  connection.close();
});

test('an agency that has joined becomes active with a good readiness report of its own, and in no other way', async () => {
  const id = 'archives';
  const dir = await joined(id);
  const { layout } = exchange;
  const authority = await openRegistryAs(operator);
  const own = await openRegistryAs(dir);
  const texts = (await authority.read()).entities;
  const held = JSON.parse(texts.find((text) => text.includes(`"kind":"agency","id":"${id}"`)) ?? '{}');
  const active = JSON.stringify({ ...held, status: 'active' });
  const by = (report?: string) => authority.submit(active, report);

  await expect(by()).rejects.toMatchObject({ code: 'readiness-missing' });
  const forged = readinessOf(layout, id, {}, await loadSigner(at(layout.gateway('gw-1'), 'signing.jwk')));
  await expect(by(await forged)).rejects.toMatchObject({ code: 'readiness-not-signed' });
  const [head, , signature] = (await readinessOf(layout, id)).split('.');
  const [, payload] = (await readinessOf(layout, id, { timeMs: Date.now() - 60_000 })).split('.');
  await expect(by([head, payload, signature].join('.'))).rejects.toMatchObject({ code: 'readiness-not-signed' });
  await expect(by(await readinessOf(layout, 'transport'))).rejects.toMatchObject({ code: 'readiness-of-another' });
  const old = { timeMs: Date.now() - 31 * 86_400_000 };
  await expect(by(await readinessOf(layout, id, old))).rejects.toMatchObject({ code: 'readiness-too-old' });
  for (const verdict of ['failed', 'not-run'] as const) {
    const results = [{ check: 'replay', verdict, required: true }];
    await expect(by(await readinessOf(layout, id, { results }))).rejects.toMatchObject({
      code: 'readiness-not-passed',
      params: { check: 'replay' },
    });
  }
  // Nor by the agency itself, nor by a declaration.
  const good = await readinessOf(layout, id);
  await expect(own.submit(active, good)).rejects.toMatchObject({ code: 'authority-only' });
  await expect(authority.apply({ entities: [active], dryRun: false })).rejects.toMatchObject({
    code: 'readiness-missing',
  });
  // Nor does one that nobody knows begin as an active one.
  const unheard = JSON.stringify({ ...(await signedAnew('unheard-of')), status: 'active' });
  for (const dryRun of [true, false]) {
    await expect(authority.apply({ entities: [unheard], dryRun })).rejects.toMatchObject({ code: 'readiness-missing' });
  }
  await expect(authority.submit(unheard)).rejects.toMatchObject({ code: 'readiness-missing' });
  await by(good);
  await expect(own.submit(JSON.stringify({ ...held, status: 'joining' }))).rejects.toMatchObject({
    code: 'authority-only',
  });
  for (const connection of [authority, own]) connection.close();
});
