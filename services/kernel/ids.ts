import { WaslError } from './codes.ts';

export type AgencyId = string & { readonly __brand: 'AgencyId' };
export type GatewayId = string & { readonly __brand: 'GatewayId' };
/** UUIDv7 (RFC 9562 section 5.7), lower case. */
export type RequestId = string & { readonly __brand: 'RequestId' };
/** UUIDv7 of one start of one gateway process. */
export type BootId = string & { readonly __brand: 'BootId' };
/** `<provider agency>.<document>`, e.g. `civil-status.personal-extract`. */
export type DocumentType = string & { readonly __brand: 'DocumentType' };

export const AGENCY_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const DOCUMENT_TYPE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const PURPOSE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
export const CLAIM_NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/;

const parse = <T extends string>(text: string, pattern: RegExp, what: string): T => {
  if (text.length > 100 || !pattern.test(text)) throw new WaslError('malformed-message', { what });
  return text as T;
};

/** The authority signs beside the agencies and is none of them. */
export const AUTHORITY = 'authority';
/** Who certifies officers, and in whose name they act. */
export type Issuer = AgencyId | typeof AUTHORITY;

export const parseAgencyId = (text: string): AgencyId => {
  if (text === AUTHORITY) throw new WaslError('malformed-message', { what: 'agency id' });
  return parse(text, AGENCY_ID, 'agency id');
};
export const parseIssuer = (text: string): Issuer => (text === AUTHORITY ? text : parseAgencyId(text));
/** The agency as which the conformance suite asks; and the id of the gateway at which it does. */
export const CONFORMANCE = 'conformance' as AgencyId;
export const parseGatewayId = (text: string): GatewayId => parse(text, AGENCY_ID, 'gateway id');
export const parseRequestId = (text: string): RequestId => parse(text, UUID_V7, 'request id');
export const parseBootId = (text: string): BootId => parse(text, UUID_V7, 'boot id');
/** The agency that provides a document type: its name begins with the agency's id. */
export const providerOf = (documentType: DocumentType): string => documentType.slice(0, documentType.indexOf('.'));
export const parseDocumentType = (text: string): DocumentType => parse(text, DOCUMENT_TYPE, 'document type');

/** A UUIDv7 from a wall time in ms and 10 random bytes (RFC 9562 section 5.7). */
export const uuidV7 = (timeMs: number, random: Uint8Array): string => {
  const time = Math.floor(timeMs).toString(16).padStart(12, '0').slice(-12);
  const tail = [...random.subarray(0, 10)].map((byte, index) => {
    const marked = index === 0 ? (byte & 0x0f) | 0x70 : index === 2 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  });
  const hex = time + tail.join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

const PEER_KINDS = ['agency', 'gateway', 'registry', 'authority'] as const;

/** Who stands behind a certificate: the path of its SPIFFE URI (SPIFFE ID specification, section 2). */
export type Peer =
  | { readonly kind: 'agency'; readonly id: AgencyId }
  | { readonly kind: 'gateway'; readonly id: GatewayId }
  /** `id` of a registry: one process; of the authority: one of its operators. */
  | { readonly kind: 'registry' | 'authority'; readonly id: string };

/** Reads `spiffe://<trustDomain>/{agency|gateway|registry|authority}/<id>`; undefined for anything else. */
export const parseSpiffeId = (uri: string, trustDomain: string): Peer | undefined => {
  const match = /^spiffe:\/\/([^/]+)\/([a-z]+)\/([^/]+)$/.exec(uri);
  const kind = PEER_KINDS.find((one) => one === match?.[2]);
  if (match === null || kind === undefined || match[1] !== trustDomain || !AGENCY_ID.test(match[3] ?? ''))
    return undefined;
  return { kind, id: match[3] } as Peer;
};

export const spiffeId = (trustDomain: string, peer: Peer): string => `spiffe://${trustDomain}/${peer.kind}/${peer.id}`;
