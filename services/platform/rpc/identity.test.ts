import { connect as tlsConnect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../test/support/exchange.ts';
import { type Loopback, openLoopback } from '../../../test/support/rpc.ts';
import type { Peer } from '../../kernel/ids.ts';
import { createAuthority } from '../crypto/index.ts';

let loopback: Loopback;
beforeAll(async () => {
  loopback = await openLoopback();
});
afterAll(() => loopback.stop());

const announce = async (address: string, tls?: Parameters<Loopback['connect']>[1]) =>
  (await loopback.connect(address, tls)).announce({ timeoutMs: 5_000 });

test('the handler knows the caller by its certificate, the caller knows the gateway by its own', async () => {
  let peer: Peer | undefined;
  const server = await loopback.serve({
    request: async (_, caller) => {
      peer = caller.peer;
      return { result: undefined };
    },
  });
  const connection = await loopback.connect(server.address);
  await connection.request({ statement: '', privatePart: Buffer.alloc(0) }, { timeoutMs: 5_000 });
  expect(peer).toEqual({ kind: 'agency', id: 'transport' });
  await expect(connection.announce({ timeoutMs: 5_000 })).resolves.toMatchObject({ gateway: 'gw-1' });
});

test('an agency that poses as a gateway is not talked to', async () => {
  let asked = 0;
  const handlers = {
    announce: async () => {
      asked += 1;
      return { gateway: 'gw-1', boot: '', timeMs: 0n };
    },
  };
  const { address } = await loopback.serve(handlers, { tls: await loopback.identity('agency/transport') });
  await expect(announce(address)).rejects.toMatchObject({ code: 'not-a-gateway', params: { address } });
  expect(asked).toBe(0);
});

test('a gateway that announces another id than its certificate is refused', async () => {
  const { address } = await loopback.serve({}, { tls: await loopback.identity('gateway/gw-2') });
  await expect(announce(address)).rejects.toMatchObject({ code: 'not-a-gateway' });
});

test('a gateway of another authority, or with an expired certificate, is refused by the caller', async () => {
  const other = await createAuthority({ commonName: 'other' });
  const foreign = await loopback.serve({}, { tls: await loopback.identity('gateway/gw-1', { authority: other }) });
  await expect(announce(foreign.address)).rejects.toMatchObject({ code: 'certificate-untrusted' });
  const past = await loopback.identity('gateway/gw-1', { notAfter: new Date(Date.now() - 60_000) });
  const expired = await loopback.serve({}, { tls: past });
  await expect(announce(expired.address)).rejects.toMatchObject({ code: 'certificate-untrusted' });
});

test('a caller of another authority, or with an expired certificate, reaches no handler and is counted', async () => {
  const refused: string[] = [];
  let asked = 0;
  const handlers = {
    announce: async () => {
      asked += 1;
      return { gateway: 'gw-1', boot: '', timeMs: 0n };
    },
  };
  const { address } = await loopback.serve(handlers, { refused });
  const other = await createAuthority({ commonName: 'other' });
  const foreign = await loopback.identity('agency/transport', { authority: other });
  await expect(announce(address, foreign)).rejects.toMatchObject({ name: 'WaslError' });
  const past = await loopback.identity('agency/transport', { notAfter: new Date(Date.now() - 60_000) });
  await expect(announce(address, past)).rejects.toMatchObject({ name: 'WaslError' });
  expect(asked).toBe(0);
  expect(new Set(refused)).toEqual(new Set(['certificate-of-another-authority', 'certificate-not-in-force']));
});

test('a certificate that expires while its connection is open begins no further call', async () => {
  const { address } = await loopback.serve();
  const short = await loopback.identity('agency/transport', { notAfter: new Date(Date.now() + 2_500) });
  const connection = await loopback.connect(address, short);
  const ask = (): Promise<string> =>
    connection.announce({ timeoutMs: 5_000 }).then(
      () => 'answered',
      ({ code }) => code,
    );
  expect(await ask()).toBe('answered');
  await until(async () => (await ask()) !== 'answered');
  expect(await ask()).toBe('certificate-expired');
});

test('a certificate of the authority that names nobody is refused at each call', async () => {
  const refused: string[] = [];
  const { address } = await loopback.serve({}, { refused });
  await expect(announce(address, await loopback.identity('printer/3'))).rejects.toMatchObject({
    code: 'certificate-untrusted',
  });
  expect(refused).toEqual(['no-spiffe-id']);
});

/** How a bare TLS connection ends: the data's arrival, or the error. */
const dial = (address: string, options: object): Promise<string> =>
  new Promise((resolve) => {
    const [host = '', port] = address.split(':');
    const socket = tlsConnect({
      host,
      port: Number(port),
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
      ...options,
    });
    socket.once('data', () => resolve('open')).once('error', ({ message }) => resolve(message));
    socket.once('close', () => resolve('closed'));
    socket.once('data', () => socket.destroy());
  });

test('no certificate, or a TLS below 1.3, and the connection does not open', async () => {
  const refused: string[] = [];
  const { address } = await loopback.serve({}, { refused });
  const { cert, key } = await loopback.identity('agency/transport');
  await expect(dial(address, { cert, key })).resolves.toBe('open');
  await expect(dial(address, {})).resolves.not.toBe('open');
  await expect(dial(address, { cert, key, maxVersion: 'TLSv1.2' })).resolves.toMatch(/version/);
  expect(refused).toContain('no-certificate');
});
