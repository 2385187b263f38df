import { latin1 } from './bytes.ts';
import { WaslError } from './codes.ts';

/** RFC 7515 section 2: base64url without padding. */
export const encodeBase64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

const ALPHABET = /^[A-Za-z0-9_-]*$/;
/** Last characters whose trailing bits are zero, by the length modulo 4 (RFC 4648 section 3.5). A rest of one character is no byte. */
const LAST: readonly RegExp[] = [/^/, /$^/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/];

/** Strict: other characters, padding and non-zero trailing bits are `malformed-message`, so that one value has one spelling. */
export const decodeBase64url = (text: string): Uint8Array => {
  const good = ALPHABET.test(text) && (text === '' || LAST[text.length % 4]?.test(text.slice(-1)) === true);
  if (!good) throw new WaslError('malformed-message', { what: 'base64url' });
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64url');
  return new Uint8Array(buffer, byteOffset, byteLength);
};

const PLUS = 0x2b;
const SLASH = 0x2f;

/** The same of text in bytes, at a tenth of the time: what the decoder passes over is missing in what it gives. */
export const decodeBase64urlBytes = (bytes: Uint8Array): Uint8Array => {
  const text = latin1(bytes);
  const decoded = Buffer.from(text, 'base64url');
  const good =
    decoded.length === Math.floor((text.length * 3) / 4) &&
    // The decoder takes the other alphabet as well.
    !bytes.includes(PLUS) &&
    !bytes.includes(SLASH) &&
    (text === '' || LAST[text.length % 4]?.test(text.slice(-1)) === true);
  if (!good) throw new WaslError('malformed-message', { what: 'base64url' });
  const { buffer, byteOffset, byteLength } = decoded;
  return new Uint8Array(buffer, byteOffset, byteLength);
};
