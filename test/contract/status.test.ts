import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Identity,
  type Kit,
  loadIdentity,
  type Outcome,
  openTableJournal,
  readFileJournal,
  revokeDocument,
} from '../../adapters/kit/index.ts';
import { openRegistryAs } from '../../services/cli/member.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import { listsIn } from '../../services/kernel/status-book.ts';
import {
  deflateStatusList,
  inflateStatusList,
  makeStatusList,
  readStatusListId,
  readStatusToken,
  type StatusToken,
  signStatusToken,
  statusUri,
} from '../../services/kernel/status-list.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { zlib } from '../../services/platform/compress/index.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import type { RegistryConnection } from '../../services/platform/rpc/index.ts';
import { ASK, EXTRACT } from '../support/asks.ts';
import { personalExtract } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';

let bus: Bus;
let exchange: Exchange;
let provider: Kit;
let asker: Kit;
let identity: Identity;
let journal: { readonly dir: string };
let registry: RegistryConnection;

beforeAll(async () => {
  bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
  exchange = await startExchange(bus);
  provider = await exchange.kit('civil-status', {
    [EXTRACT]: async () => ({ kind: 'found', document: personalExtract() }),
  });
  journal = { dir: join(exchange.layout.root, 'journals', '1') };
  asker = await exchange.kit('transport');
  for (const agency of ['civil-status', 'health']) {
    const addresses = { registry: exchange.registry.address, gateways: [exchange.gateway.address] };
    await writeBusAddresses(exchange.layout.agency(agency), addresses);
  }
  identity = await loadIdentity(exchange.layout.agency('civil-status'));
  registry = await openRegistryAs(exchange.layout.agency('civil-status'));
}, 60_000);
afterAll(async () => {
  registry?.close();
  await exchange?.stop();
  await bus?.close();
});

const delivered = async (): Promise<Extract<Outcome, { outcome: 'delivered' }>> => {
  const outcome = await asker.request(ASK);
  if (outcome.outcome !== 'delivered') throw new Error(outcome.outcome);
  return outcome;
};
const statusOf = async (credential: string): Promise<string> => (await asker.verify(credential)).status;

test('a delivered document is valid by a list that its provider signed, and within 5 s of its revocation revoked', async () => {
  const [one, other] = [await delivered(), await delivered()];
  await until(async () => (await statusOf(one.credential)) === 'valid');
  const verified = await asker.verify(one.credential);
  expect(verified).toMatchObject({ issuer: 'civil-status', document: one.document, always: one.always });
  expect(Date.parse(verified.asOf ?? '')).toBeGreaterThan(Date.now() - 60_000);

  const began = Date.now();
  const { requestId } = one;
  expect(await revokeDocument({ identity, journal, requestId, reason: 'issued in error' })).toMatchObject({
    already: false,
  });
  await until(async () => (await statusOf(one.credential)) === 'revoked', 5_000 - (Date.now() - began));
  expect(await asker.verify(one.credential)).toMatchObject({ reason: { code: 'document-revoked' } });
  expect(await statusOf(other.credential)).toBe('valid');
  expect((await provider.verify(one.credential)).status).toBe('revoked');
});

test('revoking twice changes nothing and is no error', async () => {
  const { requestId, credential } = await delivered();
  const first = await revokeDocument({ identity, journal, requestId });
  expect(await revokeDocument({ identity, journal, requestId })).toEqual({ ...first, already: true });
  await until(async () => (await statusOf(credential)) === 'revoked');
});

test('a request without a delivered document revokes nothing', async () => {
  const requestId = '0199a1b2-0000-7000-8000-000000000000';
  await expect(revokeDocument({ identity, journal, requestId })).rejects.toMatchObject({ code: 'document-not-issued' });
});

test('of two who revoke at once both are heard', async () => {
  const both = [await delivered(), await delivered()];
  await Promise.all(both.map(({ requestId }) => revokeDocument({ identity, journal, requestId })));
  for (const { credential } of both) await until(async () => (await statusOf(credential)) === 'revoked');
}, 30_000);

test('every document has a place of its own, and its journal knows which before it leaves', async () => {
  const ends = await Promise.all(Array.from({ length: 40 }, delivered));
  const places = ends.map(({ always }) => JSON.stringify(always.status));
  expect(new Set(places).size).toBe(40);
  const known = new Map<string, object | undefined>();
  for await (const { entry } of readFileJournal(journal.dir)) {
    if (entry.body.kind === 'answered') known.set(entry.body.requestId, entry.body.status);
  }
  for (const { requestId, always } of ends) {
    const status = known.get(requestId) as { list: string; index: number };
    const uri = `wasl://civil-status/status/${status.list}`;
    expect(always.status).toEqual({ status_list: { idx: status.index, uri } });
  }
});

describe('the registry refuses a status list', () => {
  const standing = async (): Promise<{ id: string; token: StatusToken }> => {
    const { entities } = await registry.read();
    const found = entities.map((text) => JSON.parse(text)).find(({ kind }) => kind === 'status-list');
    return { id: found.id, token: readStatusToken(readStatusListId(found.id), found.token).token };
  };
  const submit = async (
    id: string,
    token: StatusToken,
    signer: Signer = identity.keys.present().signer,
  ): Promise<void> => {
    const [of] = id.split('/');
    const entity = { kind: 'status-list', id, provider: of, token: await signStatusToken(signer, token, 60) };
    await registry.submit(JSON.stringify(entity));
  };
  const later = ({ issuedAt, expiresAt, ...token }: StatusToken, by = 2): StatusToken => ({
    ...token,
    issuedAt: issuedAt + by,
    expiresAt: expiresAt + by,
  });

  test('that is older than the one that stands, or as old', async () => {
    const { id, token } = await standing();
    for (const by of [-1, 0]) {
      await expect(submit(id, later(token, by))).rejects.toMatchObject({ code: 'entity-outdated' });
    }
  });

  test('that gives back what was revoked', async () => {
    const { id, token } = await standing();
    expect(inflateStatusList(zlib, token).bytes.some((byte) => byte !== 0)).toBe(true);
    const lst = deflateStatusList(zlib, makeStatusList([]));
    await expect(submit(id, { ...later(token), lst })).rejects.toMatchObject({ code: 'entity-outdated' });
  });

  test('of another provider, or signed by one', async () => {
    const { id, token } = await standing();
    const health = await loadIdentity(exchange.layout.agency('health'));
    await expect(submit(id, later(token), health.keys.present().signer)).rejects.toMatchObject({
      code: 'unknown-key',
    });
    const name = readStatusListId(id.replace('civil-status', 'health'));
    const foreign = { ...later(token), uri: statusUri(name) };
    await expect(submit(`health/${name.list}`, foreign)).rejects.toMatchObject({ code: 'entity-not-yours' });
    await expect(submit(id, foreign)).rejects.toMatchObject({ code: 'status-list-invalid' });
  });

  test('that inflates to more than a list may hold, or is of the future', async () => {
    const { token } = await standing();
    const list = randomBytes(8).toString('hex');
    const name = readStatusListId(`civil-status/${list}`);
    const bomb = deflateStatusList(zlib, { bits: 1, bytes: new Uint8Array(1024 * 1024) });
    const invalid = { code: 'status-list-invalid' };
    const made = { ...later(token), uri: statusUri(name) };
    await expect(submit(`civil-status/${list}`, { ...made, lst: bomb })).rejects.toMatchObject(invalid);
    await expect(submit(`civil-status/${list}`, later(made, 3_600))).rejects.toMatchObject(invalid);
  });
});

test('a document of replicas over one journal in a database is revoked by its request too', async () => {
  const url = await (await sharedCluster()).createDatabase();
  const replicas = [await openTableJournal({ url }), await openTableJournal({ url })];
  const names = await Promise.all(
    replicas.map(({ statusBook }, at) => statusBook.append({ kind: 'status-slice', name: `${at}`.padStart(16, '0') })),
  );
  expect(new Set(names.map(({ size }) => size)).size).toBe(2);
  const entries = await Promise.all(replicas.map(({ statusBook }) => statusBook.read()));
  expect(entries[0]).toEqual(entries[1]);
  expect(entries[0]?.length).toBe(2);
  const requestId = '0199a1b2-0000-7000-8000-000000000001';
  const list = listsIn(entries[0] ?? [])[0]?.list ?? '';
  await replicas[0]?.append({ kind: 'answered', requestId, statement: 'a.b.c', status: { list, index: 5 } });
  expect(await revokeDocument({ identity, journal: { url }, requestId })).toMatchObject({ index: 5, already: false });
  for (const replica of replicas) await replica.close();
});
