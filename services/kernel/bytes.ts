import { WaslError } from './codes.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A lone surrogate becomes U+FFFD. */
export const utf8 = (text: string): Uint8Array => plain(Buffer.from(text, 'utf8'));

/** Strict: bytes that are not UTF-8 are `malformed-message`. */
export const fromUtf8 = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new WaslError('malformed-message', { what: 'UTF-8' }, { cause });
  }
};

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = room(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** The same bytes without what Node adds to them. */
export const plain = ({ buffer, byteOffset, byteLength }: Buffer): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Bytes to be filled whole before anybody sees them; what they hold at first is anything. */
export const room = (length: number): Uint8Array => plain(Buffer.allocUnsafe(length));

/** The same bytes as Node reads and writes text in them. */
export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Writes ASCII text at a place; gives the place after it. */
export const put = (into: Uint8Array, at: number, text: string): number => at + viewOf(into).write(text, at, 'latin1');

/** One character for each byte, whatever it is: for ASCII, whose reader refuses everything else. */
export const latin1 = (bytes: Uint8Array): string => viewOf(bytes).toString('latin1');

/** The parts between single bytes; `most` parts at most, the last with all that is left. */
export const splitBytes = (bytes: Uint8Array, at: number, most: number): readonly Uint8Array[] => {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let next = bytes.indexOf(at); next !== -1 && parts.length < most - 1; next = bytes.indexOf(at, from)) {
    parts.push(bytes.subarray(from, next));
    from = next + 1;
  }
  return [...parts, bytes.subarray(from)];
};

/** For public bytes: stops at the first difference. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
