import { createHash } from 'node:crypto';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { WaslError } from '../../kernel/codes.ts';

const PATIENCE_MS = 10_000;

/**
 * Learns the certificate of the authority (PEM) from the chain that a server shows, by its SHA-256 alone: for somebody who holds nothing else
 * yet. Nothing is sent. Whether the server's own certificate is of that authority is seen by whoever connects with it. Errors:
 * `registry-unreachable`, `root-mismatch`.
 */
export const fetchPinnedCa = (address: string, sha256: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const at = address.lastIndexOf(':');
    const unreachable = (cause?: unknown): void =>
      reject(new WaslError('registry-unreachable', { address }, { cause }));
    const socket = connect({
      host: address.slice(0, at),
      port: Number(address.slice(at + 1)),
      // The chain is held against the digest below, and used for nothing before.
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
    socket.once('error', unreachable);
    socket.once('secureConnect', () => {
      const found = chainOf(socket.getPeerCertificate(true)).find(
        (raw) => createHash('sha256').update(raw).digest('hex') === sha256,
      );
      socket.destroy();
      if (found === undefined) reject(new WaslError('root-mismatch', { address }));
      else
        resolve(
          `-----BEGIN CERTIFICATE-----\n${found.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`,
        );
    });
  });

const chainOf = (first: DetailedPeerCertificate): readonly Buffer[] => {
  const chain: Buffer[] = [];
  let certificate: DetailedPeerCertificate | undefined = first;
  // The last of a chain names itself as its issuer.
  while (
    certificate?.raw !== undefined &&
    !chain.some((raw) => raw.equals(certificate?.raw as Buffer)) &&
    chain.length < 8
  ) {
    chain.push(certificate.raw);
    certificate = certificate.issuerCertificate;
  }
  return chain;
};
