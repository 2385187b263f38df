import { randomBytes } from 'node:crypto';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import type { Opener, Signer } from '../../kernel/keys.ts';
import { parseStrictJson } from '../../kernel/strict-json.ts';
import { type EcPrivateJwk, type OkpPrivateJwk, openerFromJwk, signerFromJwk } from './keys.ts';

/** What a process shows of itself in TLS, and whose certificates it takes; PEM. */
export interface TlsIdentity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

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
const readPrivateFile = async (path: string): Promise<string> => {
  const found = await stat(path).catch((cause: unknown) => {
    throw new WaslError('no-identity', { folder: path }, { cause });
  });
  if ((found.mode & 0o077) !== 0) throw new WaslError('config-invalid', { what: `others may read the key ${path}` });
  return readFile(path, 'utf8');
};

export const loadSigner = async (path: string): Promise<Signer> =>
  signerFromJwk(parseStrictJson(await readPrivateFile(path)) as unknown as EcPrivateJwk);

export const loadOpener = async (path: string): Promise<Opener> =>
  openerFromJwk(parseStrictJson(await readPrivateFile(path)) as unknown as OkpPrivateJwk);

/** Reads `ca.crt`, `tls.crt` and `tls.key` of an identity's folder. */
export const loadTls = async (folder: string): Promise<TlsIdentity> => {
  const read = (name: string): Promise<string> =>
    readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
      throw new WaslError('no-identity', { folder }, { cause });
    });
  return { ca: await read('ca.crt'), cert: await read('tls.crt'), key: await readPrivateFile(join(folder, 'tls.key')) };
};
