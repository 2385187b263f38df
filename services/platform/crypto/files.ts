import { randomBytes } from 'node:crypto';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { type Opener, parseOkpPublicJwk, type Signer } from '../../kernel/keys.ts';
import { type JsonObject, parseStrictJson } from '../../kernel/strict-json.ts';
import { type EcPrivateJwk, type OkpPrivateJwk, openerFromJwk, primitives, signerFromJwk } from './keys.ts';
import type { Authority } from './x509.ts';

/** Writes a file that only its owner may read (0600), whole or not at all: beside its name first, then renamed. */
export const writePrivateFile = async (path: string, text: string): Promise<void> => {
  const fresh = `${path}.${randomBytes(4).toString('hex')}.new`;
  const file = await open(fresh, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
};

/** Reads a key file; `config-invalid` when others may read it too, `no-identity` when it cannot be read. */
export const readPrivateFile = async (path: string): Promise<string> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw new WaslError('no-identity', { folder: path }, { cause });
  });
  if ((found.mode & 0o077) !== 0) throw new WaslError('config-invalid', { what: `others may read the key ${path}` });
  return readFile(path, 'utf8');
};

const PROBE = new Uint8Array(1);
const HALVES = 'the two halves are not of one key';

/** Reads a key with `parse`; a file that holds no such key is `config-invalid`, and nothing of its text is told. */
const loadKey = async <T>(path: string, parse: (jwk: JsonObject) => T | Promise<T>): Promise<T> => {
  const text = await readPrivateFile(path);
  try {
    return await parse(parseStrictJson(text) as JsonObject);
  } catch {
    throw new WaslError('config-invalid', { what: `no such key in ${path}` });
  }
};

export const loadSigner = (path: string): Promise<Signer> =>
  loadKey(path, async (jwk) => {
    const signer = signerFromJwk(jwk as unknown as EcPrivateJwk);
    // The library imports a key without holding its halves against each other.
    const holds = await primitives.verifyEs256(signer.publicJwk, PROBE, await signer.sign(PROBE));
    if (!holds) throw new RangeError(HALVES);
    return signer;
  });

export const loadOpener = (path: string): Promise<Opener> =>
  loadKey(path, (jwk) => {
    // A bare scalar is an X25519 key whatever else the file says, so what it says is held against it.
    const { d: _, ...open } = jwk;
    const stated = parseOkpPublicJwk(open);
    const opener = openerFromJwk(jwk as unknown as OkpPrivateJwk);
    if (opener.publicJwk.x !== stated.x) throw new RangeError(HALVES);
    return opener;
  });

/** Reads `ca.crt` and `ca.key` of a certificate authority's folder. */
export const loadAuthority = async (folder: string): Promise<Authority> => ({
  caCert: await readFile(join(folder, 'ca.crt'), 'utf8').catch((cause: unknown) => {
    throw new WaslError('no-identity', { folder }, { cause });
  }),
  caKey: await readPrivateFile(join(folder, 'ca.key')),
});
