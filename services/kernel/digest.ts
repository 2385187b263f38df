import { createHash, hash } from 'node:crypto';
import { plain } from './bytes.ts';

/** `sha-256:` and the base64url of the hash. */
export type Digest = string & { readonly __brand: 'Digest' };

export const sha256 = (bytes: Uint8Array): Uint8Array => plain(hash('sha256', bytes, 'buffer'));
/** SHA-256 of bytes that come piece by piece. */
export const sha256Pieces = (): { add(bytes: Uint8Array): void; end(): Uint8Array } => {
  const made = createHash('sha256');
  return { add: (bytes) => void made.update(bytes), end: () => new Uint8Array(made.digest()) };
};
/** Of the text's UTF-8. */
export const digestOfText = (text: string): Digest => `sha-256:${hash('sha256', text, 'base64url')}` as Digest;
export const digestOf = (bytes: Uint8Array): Digest => `sha-256:${hash('sha256', bytes, 'base64url')}` as Digest;
