import { request as httpRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../../test/support/exchange.ts';
import {
  basic,
  CREDENTIALS,
  jsonBody,
  type SchemaRegistry,
  startSchemaRegistry,
} from '../../../../test/support/schema-api.ts';
import { type AgencyId, type Peer, parseAgencyId, parseGatewayId, spiffeId } from '../../../kernel/ids.ts';
import { type Authority, createAuthority, issueCertificate, type TlsIdentity } from '../../../platform/crypto/index.ts';

const DOMAIN = 'wasl.test';
const AUTHORITY: Peer = { kind: 'authority', id: 'operator' };
const issued = async (authority: Authority, spiffe: string, lifeMs = 3_600_000): Promise<TlsIdentity> => {
  const { cert, key } = await issueCertificate({
    ...authority,
    spiffeId: spiffe,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + lifeMs),
  });
  return { ca: authority.caCert, cert, key };
};

let registry: SchemaRegistry;
let authority: Authority;
let address: string;
beforeAll(async () => {
  authority = await createAuthority({ commonName: 'bus' });
  const identity = await issued(authority, spiffeId(DOMAIN, { kind: 'gateway', id: parseGatewayId('gw-1') }));
  registry = await startSchemaRegistry({ tls: identity });
  address = registry.url.replace('http:', 'https:');
}, 60_000);
afterAll(() => registry.stop());

/** Status of a call over TLS, with a certificate or without one. */
const call = (
  path: string,
  by: Partial<TlsIdentity> & { agent?: Agent },
  headers: Record<string, string> = {},
  body?: object,
) =>
  new Promise<number>((resolve, reject) => {
    const options = {
      agent: false as unknown as Agent,
      ...by,
      ca: authority.caCert,
      checkServerIdentity: () => undefined,
    };
    const made = request(
      address + path,
      {
        ...options,
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    made.on('error', reject);
    made.end(body === undefined ? undefined : JSON.stringify(body));
  });
const read = (by: Partial<TlsIdentity>, headers?: Record<string, string>) => call('/subjects', by, headers);
const write = (by: Partial<TlsIdentity>, headers?: Record<string, string>) =>
  call('/subjects/x/versions', by, headers, jsonBody({}));

test('beyond this machine a member of the bus reads by its certificate, and the authority writes by its own', async () => {
  const member = await issued(authority, spiffeId(DOMAIN, { kind: 'agency', id: parseAgencyId('health') }));
  expect([await read(member), await write(member)]).toEqual([200, 401]);
  const writer = await issued(authority, spiffeId(DOMAIN, AUTHORITY));
  expect([await read(writer), await write(writer)]).toEqual([200, 200]);
});

test('a certificate that expires while its connection is open reads no further', async () => {
  const name = spiffeId(DOMAIN, { kind: 'agency', id: parseAgencyId('health') });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const member = { ...(await issued(authority, name, 2_500)), agent };
  expect(await call('/subjects', member)).toBe(200);
  await until(async () => (await call('/subjects', member)) === 401);
  agent.destroy();
});

test('an agency or a gateway that is called authority is not the authority', async () => {
  for (const peer of [
    { kind: 'agency', id: 'authority' as AgencyId },
    { kind: 'gateway', id: parseGatewayId('authority') },
  ] as const) {
    const named = await issued(authority, spiffeId(DOMAIN, peer));
    expect([await read(named), await write(named)]).toEqual([200, 401]);
  }
});

test('with the password everything is allowed, without any certificate', async () => {
  const headers = { authorization: basic(CREDENTIALS) };
  expect([await read({}, headers), await write({}, headers)]).toEqual([200, 200]);
});

test('without a certificate, with one of another authority or of another trust domain, nothing is read', async () => {
  const other = await issued(await createAuthority({ commonName: 'other' }), spiffeId(DOMAIN, AUTHORITY));
  const elsewhere = await issued(authority, spiffeId('other.test', AUTHORITY));
  for (const by of [{}, { cert: other.cert, key: other.key }, elsewhere]) {
    expect([await read(by), await write(by)]).toEqual([401, 401]);
  }
});

test('a wrong password is refused also beside a good certificate', async () => {
  const writer = await issued(authority, spiffeId(DOMAIN, AUTHORITY));
  const headers = { authorization: basic({ ...CREDENTIALS, password: 'wrong' }) };
  expect([await read(writer, headers), await write(writer, headers)]).toEqual([401, 401]);
});

test('on this machine a page that rebinds a name of its own to loopback is not answered', async () => {
  const open = await startSchemaRegistry();
  const { port } = new URL(open.url);
  const status = await new Promise((resolve, reject) => {
    const made = httpRequest(
      { host: '127.0.0.1', port, path: '/subjects', headers: { host: 'evil.example' } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    made.on('error', reject);
    made.end();
  });
  expect(status).toBe(421);
  await open.stop();
});
