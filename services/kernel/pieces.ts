import { decodeBase64urlInto, decodedLength, encodeBase64url, encodedLength } from './base64url.ts';
import { concat, fromUtf8, latin1, put, room } from './bytes.ts';
import { type Digest, sha256, sha256Pieces } from './digest.ts';

/**
 * Lets whatever else the process has to do have its turn. A document may be of megabytes, and what is done to all of it at once holds up
 * everybody else's request; so it is done in pieces, with this between them. What fits into one piece waits for nobody.
 */
export type Breathe = () => Promise<void>;

/** Bytes of one piece; some half a millisecond of work. A multiple of 3 and of 4, so that base64url can be cut there. */
export const PIECE_BYTES = 96 * 1024;

/** Does some work on [from, to) after [from, to), up to `length`. */
export const inPieces = async (
  breathe: Breathe,
  length: number,
  work: (from: number, to: number) => void,
): Promise<void> => {
  for (let from = 0; from < length; from += PIECE_BYTES) {
    if (from > 0) await breathe();
    work(from, Math.min(from + PIECE_BYTES, length));
  }
};

export const sha256InPieces = async (breathe: Breathe, bytes: Uint8Array): Promise<Uint8Array> => {
  if (bytes.length <= PIECE_BYTES) return sha256(bytes);
  const hash = sha256Pieces();
  await inPieces(breathe, bytes.length, (from, to) => hash.add(bytes.subarray(from, to)));
  return hash.end();
};

export const digestInPieces = async (breathe: Breathe, bytes: Uint8Array): Promise<Digest> =>
  `sha-256:${encodeBase64url(await sha256InPieces(breathe, bytes))}` as Digest;

export const concatInPieces = async (breathe: Breathe, parts: readonly Uint8Array[]): Promise<Uint8Array> => {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length <= PIECE_BYTES) return concat(...parts);
  const whole = room(length);
  let at = 0;
  for (const part of parts) {
    const start = at;
    await inPieces(breathe, part.length, (from, to) => whole.set(part.subarray(from, to), start + from));
    at += part.length;
    if (part.length > PIECE_BYTES / 2) await breathe();
  }
  return whole;
};

export const encodeBase64urlInPieces = async (breathe: Breathe, bytes: Uint8Array): Promise<Uint8Array> => {
  const text = room(encodedLength(bytes.length));
  let at = 0;
  await inPieces(breathe, bytes.length, (from, to) => {
    at = put(text, at, encodeBase64url(bytes.subarray(from, to)));
  });
  return text;
};

export const decodeBase64urlInPieces = async (breathe: Breathe, text: Uint8Array): Promise<Uint8Array> => {
  const bytes = room(decodedLength(text.length));
  let at = 0;
  await inPieces(breathe, text.length, (from, to) => {
    at = decodeBase64urlInto(bytes, at, text.subarray(from, to));
  });
  return bytes;
};

export const latin1InPieces = async (breathe: Breathe, bytes: Uint8Array): Promise<string> => {
  let text = '';
  await inPieces(breathe, bytes.length, (from, to) => {
    text += latin1(bytes.subarray(from, to));
  });
  return text;
};

/** As `fromUtf8`; the text of a large one is a chain of its pieces until somebody reads it. */
export const fromUtf8InPieces = async (breathe: Breathe, bytes: Uint8Array): Promise<string> => {
  let text = '';
  for (let from = 0; from < bytes.length; ) {
    if (from > 0) await breathe();
    let to = Math.min(from + PIECE_BYTES, bytes.length);
    // A character that began before the cut belongs to the piece after it. Four bytes at most; more is no UTF-8, which is then found.
    for (let back = 0; back < 3 && to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80; back += 1) to -= 1;
    text += fromUtf8(bytes.subarray(from, to));
    from = to;
  }
  return text;
};
