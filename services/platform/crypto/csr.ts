import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { WaslError } from '../../kernel/codes.ts';
import { type Authority, certify, keyPem, makeTlsKeys } from './x509.ts';

/** A PKCS #10 request (RFC 2986) for a certificate, PEM, and the private key that it is for. */
export const requestCertificate = async (
  spiffeId: string,
): Promise<{ readonly request: string; readonly key: string }> => {
  const keys = await makeTlsKeys();
  const made = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${spiffeId.split('/').at(-1) ?? 'wasl'}`,
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: spiffeId }])],
  });
  return { request: made.toString('pem'), key: await keyPem(keys) };
};

/** What a request for a certificate asks, its own signature found good. */
export interface ReadRequest {
  /** SHA-256 of the subject public key info, hex: by it a key that was used before is known. */
  readonly keyDigest: string;
  /** x and y of the key, base64url: to hold it against keys of other uses. */
  readonly point: { readonly x: string; readonly y: string };
  readonly names: readonly string[];
  readonly publicKey: x509.PublicKey;
}

const bad = (what: string, cause?: unknown): WaslError =>
  new WaslError('certificate-request-invalid', { what }, cause === undefined ? undefined : { cause });

/** Reads a request. `certificate-request-invalid`: not PKCS #10, not signed by its own key, or a key that is not on P-256. */
export const readCertificateRequest = async (pem: string): Promise<ReadRequest> => {
  let read: x509.Pkcs10CertificateRequest;
  try {
    read = new x509.Pkcs10CertificateRequest(pem);
  } catch (cause) {
    throw bad('it is not PKCS #10 in PEM', cause);
  }
  const { namedCurve } = read.publicKey.algorithm as { namedCurve?: string };
  if (namedCurve !== 'P-256') throw bad('its key is not on P-256');
  if (!(await read.verify().catch(() => false))) throw bad('its key did not sign it');
  const key = await read.publicKey.export(webcrypto as never);
  const { x, y } = await webcrypto.subtle.exportKey('jwk', key as webcrypto.CryptoKey);
  if (x === undefined || y === undefined) throw bad('its key cannot be read');
  const asked = read.extensions.find((one) => one instanceof x509.SubjectAlternativeNameExtension);
  const names = asked?.names.items ?? [];
  return {
    keyDigest: createHash('sha256').update(Buffer.from(read.publicKey.rawData)).digest('hex'),
    point: { x, y },
    names: names.map(({ type, value }) => `${type}:${value}`),
    publicKey: read.publicKey,
  };
};

/** Issues the certificate that a request asks for, under the one name that its holder has (PEM). */
export const answerRequest = (
  authority: Authority,
  of: { readonly request: ReadRequest; readonly spiffeId: string; readonly notBefore: Date; readonly notAfter: Date },
): Promise<string> => certify(authority, { ...of, publicKey: of.request.publicKey });
