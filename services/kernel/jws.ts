import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { WaslError } from './codes.ts';
import { isObject, readFields } from './fields.ts';
import { type EcPublicJwk, type Primitives, type Signer, type Thumbprint, thumbprint } from './keys.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

const segment = (value: JsonObject): string => encodeBase64url(utf8(canonicalJson(value)));

/** Compact JWS (RFC 7515 section 3.1) of our one profile: the header is exactly {alg: ES256, kid: thumbprint, typ}. */
export const signJws = async (signer: Signer, typ: string, payload: JsonObject): Promise<string> => {
  const signed = `${segment({ alg: 'ES256', typ, kid: signer.thumbprint })}.${segment(payload)}`;
  return `${signed}.${encodeBase64url(await signer.sign(utf8(signed)))}`;
};

const objectOf = (part: string): JsonObject => {
  const value = parseStrictJson(decodeBase64url(part));
  if (!isObject(value)) throw new WaslError('malformed-message', { what: 'JWS' });
  return value;
};

const split = (compact: string): readonly [string, string, string] => {
  const [header, payload, signature, ...rest] = compact.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw new WaslError('malformed-message', { what: 'JWS' });
  }
  return [header, payload, signature];
};

/** Reads a JWS WITHOUT verifying it, to learn whose key to verify with. Errors: `malformed-message`, `duplicate-json-name`, `wrong-type`. */
export const readJws = (compact: string, typ: string): { readonly payload: JsonObject; readonly kid: Thumbprint } => {
  const [header, payload] = split(compact);
  const fields = readFields(objectOf(header), 'JWS header');
  fields.oneOf('alg', ['ES256']);
  const kid = fields.text('kid', /^[A-Za-z0-9_-]{43}$/) as Thumbprint;
  if (fields.text('typ') !== typ) throw new WaslError('wrong-type', { expected: typ });
  fields.done();
  return { payload: objectOf(payload), kid };
};

/** Verifies over the exact bytes carried and returns the payload. `signature-invalid` also when the header names another key. */
export const verifyJws = async (
  primitives: Primitives,
  jwk: EcPublicJwk,
  compact: string,
  typ: string,
): Promise<JsonObject> => {
  const [header, payload, signature] = split(compact);
  const read = readJws(compact, typ);
  const good =
    read.kid === thumbprint(jwk) &&
    (await primitives.verifyEs256(jwk, utf8(`${header}.${payload}`), decodeBase64url(signature)));
  if (!good) throw new WaslError('signature-invalid');
  return read.payload;
};
