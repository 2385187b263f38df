import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseAgencyId } from '../../services/kernel/ids.ts';
import { thumbprint } from '../../services/kernel/keys.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  signerFromJwk,
  writePrivateFile,
} from '../../services/platform/crypto/index.ts';
import { keyFiles, loadKeyring } from './keyring.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasl-keys-'));
  await writePrivateFile(join(folder, 'signing.jwk'), JSON.stringify(generateSigningKey()));
  await writePrivateFile(join(folder, 'encryption.jwk'), JSON.stringify(generateEncryptionKey()));
  await mkdir(keyFiles(folder).folder);
});
afterAll(() => rm(folder, { recursive: true }));

test('a key whose writing a crash cut off keeps no other from being read', async () => {
  const [signing, encryption] = [generateSigningKey(), generateEncryptionKey()];
  const pair = { signing: signerFromJwk(signing).publicJwk, encryption: openerFromJwk(encryption).publicJwk };
  const files = keyFiles(folder);
  const cut = `${files.signing(thumbprint(pair.signing))}.0a1b2c3d.new`;
  await writeFile(cut, '{"kty":"EC","cr', { mode: 0o600 });
  const ring = await loadKeyring(folder, parseAgencyId('transport'));
  await ring.follow(pair);
  expect(() => ring.present()).toThrow(expect.objectContaining({ code: 'own-key-missing' }));
  await writePrivateFile(files.signing(thumbprint(pair.signing)), JSON.stringify(signing));
  await writePrivateFile(files.encryption(thumbprint(pair.encryption)), JSON.stringify(encryption));
  await ring.follow(pair);
  expect(ring.present().signer.publicJwk).toEqual(pair.signing);
});
