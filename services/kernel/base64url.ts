import { latin1, plain, viewOf } from './bytes.ts';
import { WaslError } from './codes.ts';

/** RFC 7515 section 2: base64url without padding. */
export const encodeBase64url = (bytes: Uint8Array): string => viewOf(bytes).toString('base64url');

const ALPHABET = /^[A-Za-z0-9_-]*$/;
/** Last characters whose trailing bits are zero, by the length modulo 4 (RFC 4648 section 3.5). A rest of one character is no byte. */
const LAST: readonly RegExp[] = [/^/, /$^/, /[AQgw]$/, /[AEIMQUYcgkosw048]$/];

/** Strict: other characters, padding and non-zero trailing bits are `malformed-message`, so that one value has one spelling. */
export const decodeBase64url = (text: string): Uint8Array => {
  const good = ALPHABET.test(text) && (text === '' || LAST[text.length % 4]?.test(text.slice(-1)) === true);
  if (!good) throw new WaslError('malformed-message', { what: 'base64url' });
  return plain(Buffer.from(text, 'base64url'));
};

const PLUS = 0x2b;
const SLASH = 0x2f;

/**
 * The same of text in bytes, written at a place of which it gives the end; at a tenth of the time, for what the decoder passes over is
 * missing in what it gives.
 */
export const decodeBase64urlInto = (into: Uint8Array, at: number, bytes: Uint8Array): number => {
  const text = latin1(bytes);
  const written = viewOf(into).write(text, at, 'base64url');
  const good =
    written === decodedLength(text.length) &&
    // The decoder takes the other alphabet as well.
    !bytes.includes(PLUS) &&
    !bytes.includes(SLASH) &&
    (text === '' || LAST[text.length % 4]?.test(text.slice(-1)) === true);
  if (!good) throw new WaslError('malformed-message', { what: 'base64url' });
  return at + written;
};

/** Bytes of that many characters. */
export const decodedLength = (characters: number): number => Math.floor((characters * 3) / 4);
/** Characters of that many bytes. */
export const encodedLength = (bytes: number): number => Math.ceil((bytes * 4) / 3);
