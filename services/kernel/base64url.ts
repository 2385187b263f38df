import { WaslError } from './codes.ts';

/** RFC 7515 section 2: base64url without padding. */
export const encodeBase64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

/** Strict: other characters, padding and non-zero trailing bits are `malformed-message`, so that one value has one spelling. */
export const decodeBase64url = (text: string): Uint8Array => {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (encodeBase64url(bytes) !== text) throw new WaslError('malformed-message', { what: 'base64url' });
  return bytes;
};
