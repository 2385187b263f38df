import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { readPrivateFile, writePrivateFile } from './files.ts';
import type { CertificatePair } from './x509.ts';

/** What a process shows of itself in TLS, and whose certificates it takes; PEM. */
export interface TlsIdentity extends CertificatePair {
  readonly ca: string;
}

/** When a certificate (PEM) counts, ms since the epoch, and the number by which its issuer knows it (hex). */
export interface Validity {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly serial: string;
}

export const validityOf = (cert: string): Validity => {
  const { validFrom, validTo, serialNumber } = new X509Certificate(cert);
  return { fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo), serial: serialNumber };
};

/** SHA-256 of a certificate (PEM), 64 hex digits: what an invitation names the bus's certificate authority by. */
export const fingerprintOf = (cert: string): string =>
  new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();

/** Whether one certificate was issued after another, to the second that certificates know. */
export const isNewer = (cert: string, than: string): boolean => validityOf(cert).fromMs > validityOf(than).fromMs;

/** Whether a certificate is for this private key, names this SPIFFE id alone, and was issued under this authority; all PEM. */
export const certifies = ({ ca, cert, key }: TlsIdentity, spiffeId: string): boolean => {
  const read = new X509Certificate(cert);
  return (
    read.checkPrivateKey(createPrivateKey(key)) &&
    read.subjectAltName === `URI:${spiffeId}` &&
    read.verify(new X509Certificate(ca).publicKey)
  );
};

/** Certificate and key in one file, so that a renewal takes the place of the one before whole or not at all. */
const PAIR = 'tls.pem';
const PEM = /-----BEGIN (CERTIFICATE|PRIVATE KEY)-----[^-]*-----END \1-----\n?/g;

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === 'ENOENT') return undefined;
  throw error;
};

const readPair = async (folder: string): Promise<CertificatePair | undefined> => {
  const path = join(folder, PAIR);
  const text = await readPrivateFile(path).catch((error: WaslError) =>
    error.code === 'no-identity' ? absent(error.cause as NodeJS.ErrnoException) : Promise.reject(error),
  );
  if (text === undefined) return undefined;
  const blocks = [...text.matchAll(PEM)];
  const all = (label: string): string => blocks.flatMap(([pem, of]) => (of === label ? [pem] : [])).join('');
  return { cert: all('CERTIFICATE'), key: all('PRIVATE KEY') };
};

const isPair = ({ cert, key }: CertificatePair): boolean => {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
};

/**
 * Reads the TLS identity of a folder: `ca.crt`, and of `tls.pem`, which renewals leave, and `tls.crt` with `tls.key` the one that was issued last.
 */
export const loadTls = async (folder: string): Promise<TlsIdentity> => {
  const read = (name: string): Promise<string> =>
    readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
      throw new WaslError('no-identity', { folder }, { cause });
    });
  const ca = await read('ca.crt');
  const files = { cert: await read('tls.crt'), key: await readPrivateFile(join(folder, 'tls.key')) };
  // Read after them: a renewal writes it first, so what the two files hold in the middle of one is never all there is.
  const renewed = await readPair(folder);
  if (renewed === undefined || !isPair(renewed)) return { ca, ...files };
  return { ca, ...(isPair(files) && isNewer(files.cert, renewed.cert) ? files : renewed) };
};

/** Makes a certificate and its key those of the folder. `tls.crt` and `tls.key` follow, for others' tools. */
export const storeTls = async (folder: string, pair: CertificatePair): Promise<void> => {
  const ended = (pem: string): string => (pem.endsWith('\n') ? pem : `${pem}\n`);
  // COMMIT POINT. A crash before leaves the one before; a crash after it leaves two files that are older or do not belong together.
  await writePrivateFile(join(folder, PAIR), `${ended(pair.cert)}${ended(pair.key)}`);
  let written: CertificatePair | undefined;
  // What somebody else stored meanwhile is what the two files must say in the end.
  for (let stands = await readPair(folder); stands?.cert !== written?.cert; stands = await readPair(folder)) {
    if (stands === undefined) return;
    await writePrivateFile(join(folder, 'tls.key'), stands.key);
    await writePrivateFile(join(folder, 'tls.crt'), stands.cert);
    written = stands;
  }
};
