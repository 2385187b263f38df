import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { WaslError } from './codes.ts';
import { isObject, readFields } from './fields.ts';
import { type EcPublicJwk, type Primitives, type Signer, type Thumbprint, thumbprint } from './keys.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

const HEADERS_AT_MOST = 1_000;

const segment = (value: JsonObject): string => encodeBase64url(utf8(canonicalJson(value)));

/** Headers that were written before. */
const written = new Map<string, string>();

/** The header of every JWS of one kind by one key, as it is carried. */
export const headerSegment = (typ: string, kid: Thumbprint): string => {
  const name = `${kid} ${typ}`;
  const held = written.get(name);
  if (held !== undefined) return held;
  const made = segment({ alg: 'ES256', typ, kid });
  if (written.size >= HEADERS_AT_MOST) written.clear();
  written.set(name, made);
  return made;
};

/** Compact JWS (RFC 7515 section 3.1) of our one profile: the header is exactly {alg: ES256, kid: thumbprint, typ}. */
export const signJws = async (signer: Signer, typ: string, payload: JsonObject): Promise<string> => {
  const signed = `${headerSegment(typ, signer.thumbprint)}.${segment(payload)}`;
  return `${signed}.${encodeBase64url(await signer.sign(utf8(signed)))}`;
};

/** Signs the payload that another's JWS carries, byte for byte; the payload itself is left out (RFC 7515 appendix F). */
export const countersignJws = async (signer: Signer, typ: string, compact: string): Promise<string> => {
  const head = headerSegment(typ, signer.thumbprint);
  return `${head}..${encodeBase64url(await signer.sign(utf8(`${head}.${payloadSegment(compact)}`)))}`;
};

/** The payload of a compact JWS as it is carried. */
export const payloadSegment = (compact: string): string => compact.split('.')[1] ?? '';

/** A countersignature with the payload that it is over put back. */
export const withPayloadOf = (detached: string, compact: string): string => {
  const [head, nothing, signature, ...rest] = detached.split('.');
  if (nothing !== '' || rest.length > 0) throw new WaslError('malformed-message', { what: 'countersignature' });
  return `${head}.${payloadSegment(compact)}.${signature}`;
};

const objectOf = (part: string): JsonObject => {
  const value = parseStrictJson(decodeBase64url(part));
  if (!isObject(value)) throw new WaslError('malformed-message', { what: 'JWS' });
  return value;
};

interface Header {
  readonly kid: Thumbprint;
  readonly typ: string;
}

/** Headers that were read before: a signer's header of one `typ` is always the same text. */
const headers = new Map<string, Header>();

const headerOf = (segment: string): Header => {
  const held = headers.get(segment);
  if (held !== undefined) return held;
  const fields = readFields(objectOf(segment), 'JWS header');
  fields.oneOf('alg', ['ES256']);
  const header = { kid: fields.text('kid', /^[A-Za-z0-9_-]{43}$/) as Thumbprint, typ: fields.text('typ') };
  fields.done();
  if (headers.size >= HEADERS_AT_MOST) headers.clear();
  headers.set(segment, header);
  return header;
};

/** A JWS as it was read. Its payload is anybody's word until `verify` has resolved. */
export interface ReadJws {
  readonly payload: JsonObject;
  readonly kid: Thumbprint;
  /** Verifies over the exact bytes carried and gives the payload. `signature-invalid` also when the header names another key. */
  verify(primitives: Primitives, jwk: EcPublicJwk): Promise<JsonObject>;
}

/** Reads a JWS WITHOUT verifying it, to learn whose key to verify with. Errors: `malformed-message`, `duplicate-json-name`, `wrong-type`. */
export const readJws = (compact: string, typ: string): ReadJws => {
  const [head, body, signature, ...rest] = compact.split('.');
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) {
    throw new WaslError('malformed-message', { what: 'JWS' });
  }
  const header = headerOf(head);
  if (header.typ !== typ) throw new WaslError('wrong-type', { expected: typ });
  const payload = objectOf(body);
  return {
    payload,
    kid: header.kid,
    verify: async (primitives, jwk) => {
      const good =
        header.kid === thumbprint(jwk) &&
        (await primitives.verifyEs256(jwk, utf8(`${head}.${body}`), decodeBase64url(signature)));
      if (!good) throw new WaslError('signature-invalid');
      return payload;
    },
  };
};

/** Reads and verifies, where the key is known beforehand. */
export const verifyJws = async (
  primitives: Primitives,
  jwk: EcPublicJwk,
  compact: string,
  typ: string,
): Promise<JsonObject> => readJws(compact, typ).verify(primitives, jwk);
