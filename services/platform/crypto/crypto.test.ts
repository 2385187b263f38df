import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { utf8 } from '../../kernel/bytes.ts';
import {
  createAuthority,
  generateEncryptionKey,
  generateSigningKey,
  issueCertificate,
  loadOpener,
  loadSigner,
  loadTls,
  primitives,
  signerFromJwk,
  storeTls,
  writePrivateFile,
} from './index.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wasl-crypto-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('a development authority', () => {
  test('issues certificates that chain to it, for one SPIFFE id, for both ends of TLS', async () => {
    const authority = await createAuthority({ commonName: 'development' });
    const spiffeId = 'spiffe://wasl.test/agency/transport';
    const { cert, key } = await issueCertificate({ ...authority, spiffeId });
    const [root, leaf] = [new X509Certificate(authority.caCert), new X509Certificate(cert)];
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
    expect([root.ca, leaf.ca]).toEqual([true, false]);
    expect(leaf.subjectAltName).toBe(`URI:${spiffeId}`);
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']);
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });
});

describe('key files', () => {
  test('are written for their owner alone, whole, and leave nothing beside them', async () => {
    const folder = await mkdtemp(join(dir, 'w-'));
    const path = join(folder, 'signing.jwk');
    await writePrivateFile(path, 'first');
    await writePrivateFile(path, 'second');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe('second');
    expect(await readdir(folder)).toEqual(['signing.jwk']);
  });

  test('load as what they are, and are refused while others may read them', async () => {
    const folder = await mkdtemp(join(dir, 'l-'));
    const [signing, opening] = [generateSigningKey(), generateEncryptionKey()];
    const paths = { signing: join(folder, 'signing.jwk'), opening: join(folder, 'encryption.jwk') };
    await writePrivateFile(paths.signing, JSON.stringify(signing));
    await writePrivateFile(paths.opening, JSON.stringify(opening));
    expect((await loadSigner(paths.signing)).publicJwk).toMatchObject({ x: signing.x, y: signing.y });
    expect((await loadOpener(paths.opening)).publicJwk).toMatchObject({ x: opening.x });
    await chmod(paths.signing, 0o640);
    await chmod(paths.opening, 0o604);
    await expect(loadSigner(paths.signing)).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(loadOpener(paths.opening)).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(loadSigner(join(folder, 'none.jwk'))).rejects.toMatchObject({ code: 'no-identity' });
  });

  test.each(['{}', '[]', 'null', '{"kty":"EC","crv":"P-256"}', 'not json', JSON.stringify(generateEncryptionKey())])(
    'a file that holds no such key is a bad setting that names the file: %#',
    async (text) => {
      const path = join(await mkdtemp(join(dir, 'b-')), 'signing.jwk');
      await writePrivateFile(path, text);
      await expect(loadSigner(path)).rejects.toMatchObject({ code: 'config-invalid' });
      // Neither kind of key passes for the other.
      await writePrivateFile(path, text.includes('X25519') ? JSON.stringify(generateSigningKey()) : text);
      const error = (await loadOpener(path).catch((thrown: unknown) => thrown)) as Error;
      expect(error).toMatchObject({ code: 'config-invalid' });
      expect(error.message).toContain(path);
    },
  );

  test('whose halves are not of one key are refused', async () => {
    const folder = await mkdtemp(join(dir, 'h-'));
    const path = join(folder, 'mixed.jwk');
    await writePrivateFile(path, JSON.stringify({ ...generateEncryptionKey(), d: generateEncryptionKey().d }));
    await expect(loadOpener(path)).rejects.toMatchObject({ code: 'config-invalid' });
    await writePrivateFile(path, JSON.stringify({ ...generateSigningKey(), d: generateSigningKey().d }));
    await expect(loadSigner(path)).rejects.toMatchObject({ code: 'config-invalid' });
  });

  test('a TLS identity is three files, and its key is held to the same rule', async () => {
    const folder = await mkdtemp(join(dir, 't-'));
    await writeFile(join(folder, 'ca.crt'), 'ca');
    await writeFile(join(folder, 'tls.crt'), 'cert');
    await expect(loadTls(folder)).rejects.toMatchObject({ code: 'no-identity' });
    await writePrivateFile(join(folder, 'tls.key'), 'key');
    await expect(loadTls(folder)).resolves.toEqual({ ca: 'ca', cert: 'cert', key: 'key' });
    await chmod(join(folder, 'tls.key'), 0o644);
    await expect(loadTls(folder)).rejects.toMatchObject({ code: 'config-invalid' });
  });

  test('a renewed TLS identity takes the place of the first, also where a crash left it half written', async () => {
    const folder = await mkdtemp(join(dir, 'r-'));
    const authority = await createAuthority({ commonName: 'development' });
    const issued = (ageMs: number) =>
      issueCertificate({
        ...authority,
        spiffeId: 'spiffe://wasl.test/agency/a',
        notBefore: new Date(Date.now() - ageMs),
      });
    const [first, second, third] = [await issued(300_000), await issued(200_000), await issued(100_000)];
    const write = async (name: string, text: string) => writePrivateFile(join(folder, name), text);
    await write('ca.crt', authority.caCert);
    await write('tls.crt', first.cert);
    await write('tls.key', first.key);
    await storeTls(folder, second);
    expect((await readdir(folder)).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key', 'tls.pem']);
    for (const name of ['tls.pem', 'tls.key']) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    const held = async () => (await loadTls(folder)).cert.trim();
    expect(await held()).toBe(second.cert.trim());
    await write('tls.crt', first.cert);
    expect(await held()).toBe(second.cert.trim());
    // Whoever puts a newer pair beside it by hand means that one.
    await write('tls.crt', third.cert);
    await write('tls.key', third.key);
    expect(await held()).toBe(third.cert.trim());
  });
});

test('each key verifies its own signatures and no other, however many keys have passed since', async () => {
  const signers = [generateSigningKey(), generateSigningKey()].map(signerFromJwk);
  const message = utf8('رسالة');
  const signatures = await Promise.all(signers.map((signer) => signer.sign(message)));
  const verdicts = () =>
    Promise.all(
      signers.flatMap(({ publicJwk }) =>
        signatures.map((signature) => primitives.verifyEs256(publicJwk, message, signature)),
      ),
    );
  expect(await verdicts()).toEqual([true, false, false, true]);
  const own = primitives.generateX25519();
  for (let n = 0; n < 1_100; n += 1) primitives.x25519(own.scalar(), primitives.generateX25519().publicJwk);
  expect(await verdicts()).toEqual([true, false, false, true]);
});

test('a point that is not on the curve verifies nothing', async () => {
  const { publicJwk } = signerFromJwk(generateSigningKey());
  const jwk = { ...publicJwk, y: publicJwk.x };
  expect(await primitives.verifyEs256(jwk, utf8('x'), new Uint8Array(64))).toBe(false);
});

test('a process that has made many signing keys goes on', () => {
  // By Node's own export this stood still for ever after some thousands, in the middle of a collection.
  for (let made = 0; made < 10_000; made += 1) {
    expect(Object.keys(generateSigningKey()).sort()).toEqual(['crv', 'd', 'kty', 'x', 'y']);
  }
});
