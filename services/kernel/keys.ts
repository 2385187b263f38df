import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { utf8 } from './bytes.ts';
import { WaslError } from './codes.ts';
import { sha256 } from './digest.ts';
import type { Breathe } from './pieces.ts';
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

const thumbprints = new WeakMap<EcPublicJwk | OkpPublicJwk, Thumbprint>();

export const thumbprint = (jwk: EcPublicJwk | OkpPublicJwk): Thumbprint => {
  const held = thumbprints.get(jwk);
  if (held !== undefined) return held;
  const members =
    jwk.kty === 'EC'
      ? `{"crv":"P-256","kty":"EC","x":"${jwk.x}","y":"${jwk.y}"}`
      : `{"crv":"X25519","kty":"OKP","x":"${jwk.x}"}`;
  const made = encodeBase64url(sha256(utf8(members))) as Thumbprint;
  thumbprints.set(jwk, made);
  return made;
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

/** Agrees with one private key (X25519). MUST throw for an all-zero result (RFC 7748 section 6.1). */
export interface Opener {
  readonly publicJwk: OkpPublicJwk;
  readonly thumbprint: Thumbprint;
  agree(peer: OkpPublicJwk): Promise<Uint8Array>;
}

/** An ephemeral key: its private scalar (32 bytes, base64url) is the caller's to keep or forget. */
export interface EphemeralKey {
  readonly publicJwk: OkpPublicJwk;
  scalar(): string;
  /** Throws as `Opener.agree` does. */
  agree(peer: OkpPublicJwk): Uint8Array;
}

/** AES-256-GCM of a text that comes piece by piece; each piece gives as many bytes. */
export interface GcmSealer {
  update(plaintext: Uint8Array): Uint8Array;
  /** The 16-byte tag; ends it. */
  tag(): Uint8Array;
}
export interface GcmOpener {
  /** What it gives is anybody's word until `end` has returned. */
  update(ciphertext: Uint8Array): Uint8Array;
  /** Throws when the tag does not fit. */
  end(): void;
}

/** Randomness, and the cryptography that needs no long-lived key. */
export interface Primitives {
  random(bytes: number): Uint8Array;
  /** MUST return false, not throw, for a bad signature or a point off the curve. */
  verifyEs256(jwk: EcPublicJwk, bytes: Uint8Array, signature: Uint8Array): Promise<boolean>;
  generateX25519(): EphemeralKey;
  /** The public key of a scalar, and its secret with a peer; throws as `Opener.agree` does. */
  x25519(d: string, peer: OkpPublicJwk): { readonly publicJwk: OkpPublicJwk; readonly secret: Uint8Array };
  /** RFC 3394, 256-bit key; deterministic. `unwrapKey` throws when the integrity check fails. */
  wrapKey(kek: Uint8Array, key: Uint8Array): Uint8Array;
  unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Uint8Array;
  gcmSealer(key: Uint8Array, iv: Uint8Array, aad: Uint8Array): GcmSealer;
  gcmOpener(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, tag: Uint8Array): GcmOpener;
  /** MUST resolve only after the process has looked at its other work. */
  readonly breathe: Breathe;
}
