import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ask, Kit, Outcome } from '../../adapters/kit/index.ts';
import { AttachRequest, UploadRequest } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import { digestOfText } from '../../services/kernel/digest.ts';
import { requestsOf } from '../../services/kernel/evidence.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  signerFromJwk,
} from '../../services/platform/crypto/index.ts';
import { freePort } from '../../services/platform/store/index.ts';
import { residentMb } from '../bench/cpu.ts';
import { ASK, ASK_VEHICLE, EXTRACT, VEHICLE } from '../support/asks.ts';
import { vehicleRegistration } from '../support/documents.ts';
import { type Exchange, startExchange, until } from '../support/exchange.ts';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { attachHostile, bareCall, type Crafted, type HostileProvider } from '../support/hostile-provider.ts';
import { sharedCluster } from '../support/postgres.ts';
import { judgeLog } from './judge-log.ts';

const MIB = 1024 * 1024;
const UNBOUNDED = 10 * 1024 * MIB;
/** Statuses of gRPC. */
const INVALID = '3';
const EXHAUSTED = '8';
const thief = signerFromJwk(generateSigningKey());
const stranger = openerFromJwk(generateEncryptionKey());

describe('a hostile provider', () => {
  let bus: Bus;
  let exchange: Exchange;
  let gateway: GatewayProcess;
  let asker: Kit;
  let civil: Kit;
  let hostile: HostileProvider;

  beforeAll(async () => {
    const cluster = await sharedCluster();
    const databaseUrl = await cluster.createDatabase();
    bus = await openEmbeddedBus({ url: databaseUrl });
    const listen = `127.0.0.1:${await freePort()}`;
    exchange = await startExchange(bus, { gatewayAt: listen });
    gateway = await startGatewayProcess({ exchange, listen, bus: { bus: 'embedded', databaseUrl } });
    asker = await exchange.kit('transport', {
      [VEHICLE]: async () => ({ kind: 'found', document: vehicleRegistration() }),
    });
    civil = await exchange.kit('civil-status');
    await civil.ready(10_000);
    await until(() => asker.status().attached === 1);
  }, 120_000);
  afterAll(async () => {
    await exchange?.stop();
    await gateway?.kill();
    await bus?.close();
    await (await sharedCluster()).stop();
  }, 60_000);
  beforeEach(async () => {
    hostile = await attachHostile(exchange, EXTRACT);
  });
  // Whatever it did, others are served, and the evidence is whole.
  afterEach(async () => {
    await hostile.detach();
    const outcome = await civil.request(ASK_VEHICLE);
    expect(outcome.outcome).toBe('delivered');
    await judgeLog(bus, exchange, { delivered: [outcome.requestId] });
  });

  const ask = (changes: Partial<Ask> = {}) => asker.request({ ...ASK, ...changes });
  const kindsOf = async ({ requestId }: Outcome): Promise<readonly string[]> =>
    (await judgeLog(bus, exchange)).entries.flatMap(({ entry: { body } }) =>
      requestsOf(body).includes(requestId) ? [body.kind] : [],
    );
  const answeredBy = async (crafted: Crafted): Promise<Outcome> => {
    const asked = ask();
    await hostile.answer(await hostile.next(), crafted);
    return asked;
  };

  test('that answers honestly is believed: what follows is refused for its lie alone', async () => {
    const outcome = await answeredBy({});
    expect(outcome).toMatchObject({ outcome: 'delivered', document: { nationalNumber: '0009990001' } });
    await until(async () => (await kindsOf(outcome)).join() === 'requested,answered,received');
  });

  test.each<[string, string, Crafted]>([
    ['an answer that is garbage', 'answer-invalid', { statement: 'garbage' }],
    ['an answer under another key', 'answer-invalid', { by: thief }],
    ['the answer to another request', 'answer-invalid', { said: { request: digestOfText('other') } }],
    ['more claims than were asked for', 'answer-invalid', { said: { claims: ['motherName'] } }],
    ['a delivery without a claim', 'answer-invalid', { said: { claims: [] } }],
    ['another document than its answer says', 'answer-invalid', { said: { document: digestOfText('other') } }],
  ])('that sends %s is refused by the gateway: %s', async (_, code, crafted) => {
    const outcome = await answeredBy(crafted);
    expect(outcome).toMatchObject({ outcome: 'refused', code, by: { kind: 'gateway' } });
    expect(await kindsOf(outcome)).toEqual(['requested', 'answered']);
  });

  const other = { nationalNumber: '0009990002' };
  test.each<[string, string, Crafted]>([
    ['against the schema', 'schema-invalid-answer', { claims: { sex: 'x' } }],
    ['with a claim that was not agreed on', 'credential-invalid', { claims: { motherName: { en: 'x', ar: 'x' } } }],
    ['about another subject', 'other-subject', { claims: other }],
    ['that it issued for another request', 'credential-invalid', { always: { request: digestOfText('other') } }],
    ['that it issued for another agency', 'credential-invalid', { always: { aud: 'health' } }],
    ['for another purpose', 'credential-invalid', { always: { purpose: 'curiosity' } }],
    ['that is no longer in force', 'credential-invalid', { always: { exp: 1 } }],
    ['under another key', 'unknown-key', { credentialBy: thief }],
    ['sealed to another key', 'sealed-unreadable', { sealedFor: stranger.publicJwk }],
    ['that is garbage', 'malformed-message', { sealed: Buffer.from('garbage') }],
  ])('that sends a document %s is refused by the requester’s kit: %s', async (_, code, crafted) => {
    const outcome = await answeredBy(crafted);
    expect(outcome).toMatchObject({ outcome: 'refused', code, by: { kind: 'kit' } });
    expect(outcome).not.toHaveProperty('document');
    // What was refused is not acknowledged.
    expect(await kindsOf(outcome)).toEqual(['requested', 'answered']);
  });

  test('that never answers: deadline-exceeded, and recorded', async () => {
    const outcome = await ask({ deadlineMs: 700 });
    expect(outcome).toMatchObject({ code: 'deadline-exceeded', by: { kind: 'gateway' } });
    expect(await kindsOf(outcome)).toEqual(['requested', 'answered']);
  });

  test('that answers twice, and what nobody asked: the first answer counts, and has one entry', async () => {
    const asked = ask();
    const offer = await hostile.next();
    await hostile.answer(offer);
    await hostile.answer(offer, { claims: other });
    await hostile.answer({ ...offer, requestId: '0190b0a0-0000-7000-8000-000000000001' });
    const outcome = await asked;
    expect(outcome).toMatchObject({ outcome: 'delivered', document: { nationalNumber: '0009990001' } });
    // The stream is still served, so both were looked at.
    expect(await answeredBy({})).toMatchObject({ outcome: 'delivered' });
    expect((await kindsOf(outcome)).filter((kind) => kind === 'answered')).toEqual(['answered']);
  });

  /** A stream of its own, greeted and welcomed, on which anything can be said. */
  const attachBare = async () => {
    const call = bareCall(exchange.gateway.address, hostile.identity, 'Attach');
    const hello = { documentTypes: [EXTRACT], credits: 100, replica: 'bare' };
    await call.send(AttachRequest.encode({ message: { $case: 'hello', value: hello } }).finish());
    await call.answered(1);
    return call;
  };

  test('that sends garbage on the stream: its session ends, and what it had in hand is provider-lost', async () => {
    await hostile.detach();
    await until(async () => (await ask()).outcome === 'unavailable');
    const call = await attachBare();
    const asked = ask();
    await call.answered(2);
    await call.send(Uint8Array.of(0x0a, 0xff, 0x01));
    expect(await call.ended).toBe(INVALID);
    expect(await asked).toMatchObject({ outcome: 'unavailable', code: 'provider-lost', by: { kind: 'gateway' } });
    call.close();
  });

  test.each([
    ['one message of 4 GiB', 0xffff_ffff],
    ['one message of a megabyte', MIB],
  ])('that sends %s on the stream: its session ends before the message does', async (_, claimed) => {
    const call = await attachBare();
    await call.send(new Uint8Array(0), claimed);
    expect(await call.flood(UNBOUNDED)).toBeLessThan(MIB);
    expect(await call.ended).toBe(EXHAUSTED);
    call.close();
  });

  const start = (requestId: string, sealedBytes: number): Uint8Array =>
    UploadRequest.encode({ message: { $case: 'start', value: { requestId, statement: '', sealedBytes } } }).finish();
  const upload = async (requestId: string, sealedBytes: number) => {
    const call = bareCall(exchange.gateway.address, hostile.identity, 'Upload');
    await call.send(start(requestId, sealedBytes));
    return call;
  };
  const chunk = UploadRequest.encode({ message: { $case: 'chunk', value: Buffer.alloc(48 * 1024) } }).finish();
  const framed = Buffer.alloc(5 + chunk.length);
  framed.writeUInt32BE(chunk.length, 1);
  framed.set(chunk, 5);

  test('that uploads without end: the call ends where the stated size does, and the gateway’s memory stays', async () => {
    const before = residentMb(gateway.pid);
    const asked = ask({ deadlineMs: 2_000 });
    const { requestId } = await hostile.next();
    const call = await upload(requestId, 32 * MIB);
    expect(await call.flood(UNBOUNDED, framed)).toBeLessThan(48 * MIB);
    expect(await call.ended).toBe(INVALID);
    const more = await upload(requestId, 4_000_000_000);
    expect(await more.flood(UNBOUNDED, framed)).toBeLessThan(MIB);
    expect(await more.ended).toBe(EXHAUSTED);
    expect((await asked).outcome).not.toBe('delivered');
    expect(residentMb(gateway.pid)).toBeLessThan(before + 150);
    call.close();
    more.close();
  }, 30_000);

  test('that uploads one answer many times at once: one call of them is heard, so no room of others is taken', async () => {
    const before = residentMb(gateway.pid);
    const asked = ask({ deadlineMs: 2_000 });
    const { requestId } = await hostile.next();
    const calls = await Promise.all(Array.from({ length: 20 }, () => upload(requestId, 32 * MIB)));
    const refused = calls.map(({ ended }) => ended);
    let over = 0;
    for (const end of refused) void end.then((status) => (over += status === undefined ? 0 : 1));
    await until(() => over === 19);
    expect(residentMb(gateway.pid)).toBeLessThan(before + 150);
    for (const call of calls) call.close();
    expect((await asked).outcome).not.toBe('delivered');
  }, 30_000);
});
