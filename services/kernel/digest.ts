import { createHash } from 'node:crypto';
import { encodeBase64url } from './base64url.ts';

/** `sha-256:` and the base64url of the hash. */
export type Digest = string & { readonly __brand: 'Digest' };

export const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
export const digestOf = (bytes: Uint8Array): Digest => `sha-256:${encodeBase64url(sha256(bytes))}` as Digest;
