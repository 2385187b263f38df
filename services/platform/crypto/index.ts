// The door to node:crypto's keys and to X.509.
export { answerRequest, type ReadRequest, readCertificateRequest, requestCertificate } from './csr.ts';
export { loadAuthority, loadOpener, loadSigner, writePrivateFile } from './files.ts';
export {
  type EcPrivateJwk,
  generateEncryptionKey,
  generateSigningKey,
  type OkpPrivateJwk,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from './keys.ts';
export {
  certifies,
  fingerprintOf,
  isNewer,
  loadTls,
  storeTls,
  type TlsIdentity,
  type Validity,
  validityOf,
} from './tls-files.ts';
export { type Authority, type CertificatePair, createAuthority, issueCertificate } from './x509.ts';
