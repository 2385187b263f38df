import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Signer } from '../../services/kernel/keys.ts';
import { generateSigningKey, primitives, signerFromJwk } from '../../services/platform/crypto/index.ts';
import { silentLogger } from '../../services/platform/log/index.ts';
import { keyringOf } from '../../test/support/keyring.ts';
import { copyOf, honest, licences, officer, own, stepped, transport } from '../../test/support/registry-world.ts';
import type { Identity } from './identity.ts';
import { watchOwnSteps } from './own-steps.ts';

test('a suspension by an officer of the new key counts once that key has come, also when its file came before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wasl-steps-'));
  const next = signerFromJwk(generateSigningKey());
  const acting = await officer(transport.id, next, { person: 'transport:2' });
  const { steps } = await stepped(licences, acting, 'suspended');
  const signers: Signer[] = [transport.signer];
  const keys = { ...keyringOf(transport.signer, transport.opener), signers: () => signers };
  const identity = { agency: transport.id, suspensions: folder, keys } as unknown as Identity;
  await writeFile(join(folder, 'one.jws'), `${steps.at(-1)}\n${acting.entity.certificates[0]}\n`);
  const watched = watchOwnSteps(identity, primitives, silentLogger);
  try {
    const copy = await copyOf(honest, own(transport));
    const statusNow = async () => (await watched.over(copy).agreements()).map(({ status }) => status);
    expect(await statusNow()).toEqual(['active']);
    signers.push(next);
    await expect.poll(statusNow, { timeout: 5_000 }).toEqual(['suspended']);
  } finally {
    watched.stop();
    await rm(folder, { recursive: true });
  }
});
