import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { sharedCluster } from '../../../test/support/postgres.ts';
import { honest, transport } from '../../../test/support/registry-world.ts';
import { isIssuedBefore } from '../../kernel/certificate-dates.ts';
import { signReadmission } from '../../kernel/readmission.ts';
import { entityKey } from '../../kernel/registry.ts';
import { createAuthority, requestCertificate, validityOf } from '../../platform/crypto/index.ts';
import { openPool } from '../../platform/store/index.ts';
import { type Membership, readmit } from './members.ts';
import { openStore } from './store/open.ts';

afterEach(() => void vi.useRealTimers());
afterAll(async () => (await sharedCluster()).stop(), 60_000);

test('a certificate is dated when its signer’s key was looked at, however long the database was busy: what a revocation overtook is of before it', async () => {
  const url = await (await sharedCluster()).createDatabase();
  await (await openStore(url)).end();
  const store = openPool(url, { max: 1 });
  const standing = new Map(honest.map((entity) => [entityKey(entity), entity]));
  const membership = {
    store,
    state: { standing: () => standing },
    issuer: await createAuthority({ commonName: 'test' }),
    trustDomain: 'wasl.test',
    certificateLifeMs: 72 * 3_600_000,
  } as unknown as Membership;
  const { request } = await requestCertificate('spiffe://wasl.test/agency/transport');
  const asked = { agency: transport.id, certificateRequest: request, timeMs: Date.now() };
  const signed = await signReadmission(transport.signer, asked);

  const busy = await store.connect();
  const readmitted = readmit(membership, signed);
  await vi.waitUntil(() => store.waitingCount === 1);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
  const revokedMs = Date.now() - 30_000;
  busy.release();
  const { certificate } = await readmitted;
  expect(isIssuedBefore(validityOf(certificate), revokedMs)).toBe(true);
  await store.end();
}, 60_000);
