import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { utf8 } from './bytes.ts';
import { WaslError } from './codes.ts';
import { sha256 } from './digest.ts';
import type { JsonObject } from './strict-json.ts';

export interface EcPublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}
export interface OkpPublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'X25519';
  readonly x: string;
}
/** RFC 7638, SHA-256, base64url. */
export type Thumbprint = string & { readonly __brand: 'Thumbprint' };

export const thumbprint = (jwk: EcPublicJwk | OkpPublicJwk): Thumbprint => {
  const members =
    jwk.kty === 'EC'
      ? `{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`
      : `{"crv":"X25519","kty":"OKP","x":"${jwk.x}"}`;
  return encodeBase64url(sha256(utf8(members))) as Thumbprint;
};

const coordinate = (value: unknown): string => {
  if (typeof value !== 'string' || decodeBase64url(value).length !== 32) throw malformed();
  return value;
};
const malformed = (): WaslError => new WaslError('malformed-message', { what: 'public key' });
const exactly = (jwk: JsonObject, names: readonly string[]): void => {
  if (Object.keys(jwk).sort().join() !== names.join()) throw malformed();
};

/** Exactly the public members; a JWK that carries anything more, a private scalar above all, is `malformed-message`. */
export const parseEcPublicJwk = (jwk: JsonObject): EcPublicJwk => {
  exactly(jwk, ['crv', 'kty', 'x', 'y']);
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256') throw malformed();
  return { kty: 'EC', crv: 'P-256', x: coordinate(jwk.x), y: coordinate(jwk.y) };
};
export const parseOkpPublicJwk = (jwk: JsonObject): OkpPublicJwk => {
  exactly(jwk, ['crv', 'kty', 'x']);
  if (jwk.kty !== 'OKP' || jwk.crv !== 'X25519') throw malformed();
  return { kty: 'OKP', crv: 'X25519', x: coordinate(jwk.x) };
};

/** Signs with one private key: ES256, IEEE P1363 form (RFC 7518 section 3.4). */
export interface Signer {
  readonly publicJwk: EcPublicJwk;
  readonly thumbprint: Thumbprint;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** What the kernel needs of cryptography without a key of its own. `verifyEs256` MUST return false, not throw, for a bad signature. */
export interface Primitives {
  verifyEs256(jwk: EcPublicJwk, bytes: Uint8Array, signature: Uint8Array): Promise<boolean>;
}
