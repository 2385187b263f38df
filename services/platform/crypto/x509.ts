import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, both PEM (PKCS #8). */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const crypto = webcrypto;
x509.cryptoProvider.set(crypto as never);

const toPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
const serial = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex');

/** A root's certificate and private key, both PEM. */
export interface Authority {
  readonly caCert: string;
  readonly caKey: string;
}

/** A certificate authority for development: one self-signed root. */
export const createAuthority = async ({ commonName }: { readonly commonName: string }): Promise<Authority> => {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${commonName}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 3650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { caCert: cert.toString('pem'), caKey: await toPem(keys.privateKey) };
};

export const makeTlsKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
export const keyPem = (keys: webcrypto.CryptoKeyPair): Promise<string> => toPem(keys.privateKey);

interface Named {
  readonly spiffeId: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** An X.509-SVID (SPIFFE X.509-SVID, section 4) for a key: one URI name, for TLS as client and as server; PEM. */
export const certify = async (
  of: Authority,
  { spiffeId, notBefore, notAfter, publicKey }: Named & { readonly publicKey: x509.PublicKeyType },
): Promise<string> => {
  const issuer = new x509.X509Certificate(of.caCert);
  const signingKey = await crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(of.caKey), ALGORITHM, false, [
    'sign',
  ]);
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${spiffeId.split('/').at(-1) ?? 'wasl'}`,
    issuer: issuer.subject,
    notBefore,
    notAfter,
    signingAlgorithm: ALGORITHM,
    publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'url', value: spiffeId }]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
    ],
  });
  return cert.toString('pem');
};

/** A certificate with a key made for it. */
export const issueCertificate = async (
  of: Authority & { readonly spiffeId: string; readonly notBefore?: Date; readonly notAfter?: Date },
): Promise<CertificatePair> => {
  const keys = await makeTlsKeys();
  const cert = await certify(of, {
    spiffeId: of.spiffeId,
    notBefore: of.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: of.notAfter ?? new Date(Date.now() + 365 * DAY_MS),
    publicKey: keys.publicKey,
  });
  return { cert, key: await keyPem(keys) };
};
