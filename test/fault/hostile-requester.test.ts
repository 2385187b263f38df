import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Kit } from '../../adapters/kit/index.ts';
import type { Gateway } from '../../services/gateway/app.ts';
import { fromUtf8, utf8 } from '../../services/kernel/bytes.ts';
import { digestOf, digestOfText } from '../../services/kernel/digest.ts';
import { type EntryBody, requestsOf } from '../../services/kernel/evidence.ts';
import { parseAgencyId, parseRequestId, uuidV7 } from '../../services/kernel/ids.ts';
import { readJws, signJws } from '../../services/kernel/jws.ts';
import {
  type AcknowledgementStatement,
  acknowledgementPayload,
  parseRequest,
  TYP,
} from '../../services/kernel/statements.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { loadSigner, primitives } from '../../services/platform/crypto/index.ts';
import { connectGateway, type GatewayConnection } from '../../services/platform/rpc/index.ts';
import { ASK_VEHICLE, EXTRACT, VEHICLE } from '../support/asks.ts';
import { personalExtract, vehicleRegistration } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';
import { type RawClient, type RawRequest, rawClient } from '../support/raw-client.ts';
import { judgeLog } from './judge-log.ts';

describe('a hostile requester', () => {
  let bus: Bus;
  let exchange: Exchange;
  let second: Gateway;
  let civil: Kit;
  let raw: RawClient;
  let elsewhere: GatewayConnection;
  let calls = 0;

  beforeAll(async () => {
    const cluster = await sharedCluster();
    bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
    exchange = await startExchange(bus);
    second = await exchange.startGateway();
    civil = await exchange.kit('civil-status', {
      [EXTRACT]: async () => {
        calls += 1;
        return { kind: 'found', document: personalExtract() };
      },
    });
    await exchange.kit('transport', { [VEHICLE]: async () => ({ kind: 'found', document: vehicleRegistration() }) });
    raw = await rawClient(exchange, 'transport');
    const { tls, trustDomain } = raw.identity;
    elsewhere = connectGateway({ address: second.address, tls, trustDomain });
  }, 120_000);
  afterAll(async () => {
    raw?.connection.close();
    elsewhere?.close();
    await exchange?.stop();
    await bus?.close();
    await (await sharedCluster()).stop();
  }, 60_000);
  beforeEach(() => {
    calls = 0;
  });

  const entries = async (): Promise<readonly EntryBody[]> =>
    (await judgeLog(bus, exchange)).entries.map(({ entry }) => entry.body);
  /** The private part of an honest request with another envelope for the audit service, under the requester's good signature. */
  const withAudit = async (change: (envelope: object) => object | Promise<object>): Promise<RawRequest> => {
    const sealed = JSON.parse(fromUtf8((await raw.make()).privatePart)) as { recipients: object[] };
    sealed.recipients[1] = await change(sealed.recipients[1] ?? {});
    const privatePart = utf8(JSON.stringify(sealed));
    return { ...(await raw.make({ privatePart: digestOf(privatePart) })), privatePart };
  };

  test.each<[string, (envelope: object) => object | Promise<object>]>([
    ['a key that opens nothing', (envelope) => ({ ...envelope, encrypted_key: 'A'.repeat(54) })],
    ['no envelope at all', () => ({ junk: true })],
    [
      'the envelope of another request',
      async () =>
        (JSON.parse(fromUtf8((await raw.make()).privatePart)) as { recipients: object[] }).recipients[1] ?? {},
    ],
  ])('seals to the audit service %s: audit-envelope-invalid, and the ministry is not asked', async (_, change) => {
    const end = await raw.send(await withAudit(change));
    expect(end).toMatchObject({ code: 'audit-envelope-invalid', by: 'provider', entry: { kind: 'answered' } });
    expect(calls).toBe(0);
  });

  test('signs with another agency’s key, or in its name: signer-mismatch, in the name of who it was', async () => {
    const stolen = await loadSigner(join(exchange.layout.agency('civil-status'), 'signing.jwk'));
    for (const requester of ['transport', 'civil-status'].map(parseAgencyId)) {
      expect(await raw.send(await raw.make({ requester }, stolen))).toMatchObject({
        code: 'signer-mismatch',
        by: 'gateway',
        entry: { kind: 'refused', requester: 'transport' },
      });
    }
    expect(calls).toBe(0);
  });

  test('floods with junk: each refusal is counted, few have an entry of their own, and others are served meanwhile', async () => {
    const FLOOD = 600;
    const before = (await entries()).length;
    const seconds = Date.now();
    let flooding = true;
    const junk = Array.from({ length: FLOOD }, () => raw.send({ statement: 'junk', privatePart: new Uint8Array() }));
    const flood = Promise.all(junk).finally(() => {
      flooding = false;
    });
    let served = 0;
    for (; flooding || served < 10; served += 1) {
      const outcome = await civil.request(ASK_VEHICLE);
      expect(outcome.outcome).toBe('delivered');
    }
    expect(new Set((await flood).map(({ code }) => code))).toEqual(new Set(['malformed-message']));
    const lasted = Math.ceil((Date.now() - seconds) / 1000) + 1;
    const since = async () => (await entries()).slice(before);
    const singles = (bodies: readonly EntryBody[]) =>
      bodies.filter((body) => body.kind === 'refused' && body.code === 'malformed-message').length;
    const counted = (bodies: readonly EntryBody[]) =>
      bodies.reduce((sum, body) => sum + (body.kind === 'refusals' ? (body.codes['malformed-message'] ?? 0) : 0), 0);
    await until(async () => singles(await since()) + counted(await since()) === FLOOD);
    expect(singles(await since())).toBeLessThanOrEqual(20 * lasted);
    expect((await since()).filter((body) => body.kind === 'refusals' && body.requester !== 'transport')).toEqual([]);
  });

  /** A delivered document, and its acknowledgement as often as wanted. */
  const deliver = async () => {
    const { statement, privatePart } = await raw.make();
    const { result } = await raw.connection.request(
      { statement, privatePart: Buffer.from(privatePart) },
      { timeoutMs: 10_000 },
    );
    if (result?.$case !== 'answer') throw new Error('no answer');
    const { id: requestId, requester, provider } = parseRequest(readJws(statement, TYP.request).payload);
    const answer = digestOfText(result.value.statement);
    return { requestId, requester, provider, request: digestOfText(statement), answer };
  };
  let told = 0;
  const acknowledge = async (of: Awaited<ReturnType<typeof deliver>>, by = raw.connection): Promise<string> => {
    told += 1;
    const { requester, provider, ...held } = of;
    const said: AcknowledgementStatement = {
      ...{ requester, provider, held: [held] },
      ...{ timeMs: Date.now() + told, journal: { size: 0, head: null } },
    };
    const statement = await signJws(
      raw.identity.keys.present().signer,
      TYP.acknowledgement,
      acknowledgementPayload(said),
    );
    return by.acknowledge({ statement }, { timeoutMs: 10_000 }).then(
      () => 'taken',
      (error: { code: string }) => error.code,
    );
  };
  const received = async (id: string) =>
    (await entries()).filter((body) => body.kind === 'received' && requestsOf(body).includes(id)).length;
  const often = (of: Awaited<ReturnType<typeof deliver>>, by?: GatewayConnection) =>
    Promise.all(Array.from({ length: 50 }, () => acknowledge(of, by)));

  test('acknowledges one delivery over and over: there is one entry', async () => {
    const delivered = await deliver();
    const ends = await often(delivered);
    expect(ends.filter((end) => end === 'taken').length).toBe(1);
    expect(new Set(ends)).toEqual(new Set(['taken', 'nothing-to-acknowledge']));
    expect(await received(delivered.requestId)).toBe(1);
  });

  test('acknowledges what was never delivered, or another answer: no entry', async () => {
    const before = (await entries()).length;
    const delivered = await deliver();
    const never = { ...delivered, requestId: parseRequestId(uuidV7(Date.now(), primitives.random(10))) };
    const other = { ...delivered, answer: digestOfText('other') };
    for (const of of [never, other]) expect(new Set(await often(of))).toEqual(new Set(['nothing-to-acknowledge']));
    expect((await entries()).slice(before).map(({ kind }) => kind)).toEqual(['requested', 'answered']);
  });

  test('acknowledges at every gateway, also at one that comes later: one entry at each at most', async () => {
    const delivered = await deliver();
    // The other gateway has read of the delivery once it takes the acknowledgement of it.
    await until(async () => (await acknowledge(delivered, elsewhere)) === 'taken');
    const third = await exchange.startGateway();
    const { tls, trustDomain } = raw.identity;
    const later = connectGateway({ address: third.address, tls, trustDomain });
    await Promise.all([raw.connection, elsewhere, later].map((by) => often(delivered, by)));
    later.close();
    expect(await received(delivered.requestId)).toBeLessThanOrEqual(3);
  });

  test('acknowledges in another’s name: signer-mismatch', async () => {
    const delivered = { ...(await deliver()), requester: parseAgencyId('civil-status') };
    expect(await acknowledge(delivered)).toBe('signer-mismatch');
  });
});
