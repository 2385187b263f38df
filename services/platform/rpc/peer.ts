import { type Peer, parseSpiffeId } from '../../kernel/ids.ts';

/**
 * Reads the one SPIFFE id of a certificate from Node's text of its alternative names. Anything but exactly one plain URI is nobody:
 * quoted or joined names (CVE-2021-44532) do not match.
 */
export const peerOf = (subjectAltName: string | undefined, trustDomain: string): Peer | undefined => {
  const uri = /^URI:(spiffe:\/\/[a-z0-9./-]+)$/.exec(subjectAltName ?? '')?.[1];
  return uri === undefined ? undefined : parseSpiffeId(uri, trustDomain);
};
