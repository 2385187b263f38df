import { type Peer, parseSpiffeId } from '../../kernel/ids.ts';

const URI = /^URI:(spiffe:\/\/[a-z0-9./-]+)$/;
const HOST = /^(DNS:[A-Za-z0-9.*-]+|IP Address:[0-9A-Fa-f.:]+)$/;

/**
 * Reads the one SPIFFE id of a certificate from Node's text of its alternative names (SPIFFE X.509-SVID, section 2: exactly one URI;
 * host names may stand beside it and mean nothing). A name that is quoted, or of any other form, makes the whole certificate nobody's:
 * in that text one name could pass for two (CVE-2021-44532).
 */
export const peerOf = (subjectAltName: string | undefined, trustDomain: string): Peer | undefined => {
  const names = (subjectAltName ?? '').split(', ');
  const uris = names.flatMap((name) => URI.exec(name)?.[1] ?? []);
  const [uri] = uris;
  if (uri === undefined || uris.length !== 1) return undefined;
  if (!names.every((name) => URI.test(name) || HOST.test(name))) return undefined;
  return parseSpiffeId(uri, trustDomain);
};
