import { concat, equalBytes, fromUtf8, utf8 } from './bytes.ts';
import { type Breathe, concatInPieces, fromUtf8InPieces, PIECE_BYTES } from './pieces.ts';
import { type JsonValue, parseStrictJson } from './strict-json.ts';

/** As `parseStrictJson`. Of a large text only a string at the end of a list, as in a disclosure, is read in pieces. */
export const parseInPieces = async (
  breathe: Breathe,
  bytes: Uint8Array,
  most: number = PIECE_BYTES,
): Promise<JsonValue> =>
  bytes.length <= most
    ? parseStrictJson(bytes)
    : ((await parseLongEnd(breathe, bytes, most)) ?? parseStrictJson(await fromUtf8InPieces(breathe, bytes)));

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LIST_END = utf8('"]');
/** `\\u` and four digits. */
const LONGEST_ESCAPE = 6;

/** Reads `["salt","name","…"]`; undefined when the text is anything else, or no JSON: that is then found by whoever reads it whole. */
const parseLongEnd = async (breathe: Breathe, bytes: Uint8Array, most: number): Promise<JsonValue | undefined> => {
  let open = -1;
  for (let quotes = 0; quotes < 5; quotes += 1) {
    open = bytes.indexOf(QUOTE, open + 1);
    if (open === -1) return undefined;
  }
  const end = bytes.length - LIST_END.length;
  const head = bytes.subarray(0, open + 1);
  if (end <= open || head.length > most || head.includes(BACKSLASH) || !equalBytes(bytes.subarray(end), LIST_END)) {
    return undefined;
  }
  const list = parsed(() => parseStrictJson(concat(head, LIST_END)));
  if (!Array.isArray(list) || list.length !== 3 || list[2] !== '') return undefined;
  let value = '';
  for (let from = open + 1; from < end; ) {
    const to = cutString(bytes, from, Math.min(from + most, end), end);
    if (to === undefined) return undefined;
    // Nothing but one whole string reads as one: an unescaped quote, or half an escape, does not.
    const piece = parsed(() => parseStrictJson(`"${fromUtf8(bytes.subarray(from, to))}"`));
    if (typeof piece !== 'string') return undefined;
    value += piece;
    from = to;
    await breathe();
  }
  return [...list.slice(0, 2), value];
};

const parsed = (read: () => JsonValue): JsonValue | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** The last place up to `to` at which no character and no escape is cut in two, if there is one nearby. */
const cutString = (bytes: Uint8Array, from: number, to: number, end: number): number | undefined => {
  for (let at = to; at > from && at > to - 64; at -= 1) {
    const inside = ((bytes[at] ?? 0) & 0xc0) === 0x80 || bytes.subarray(at - LONGEST_ESCAPE, at).includes(BACKSLASH);
    if (at === end || !inside) return at;
  }
  return undefined;
};

/** What `JSON.stringify` writes of a value, as UTF-8; in pieces of `most` characters, 2 or more. */
export const jsonInPieces = async (breathe: Breathe, value: JsonValue, most = PIECE_BYTES): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  let text = '';
  for (const piece of jsonPieces(value, most)) {
    text += piece;
    if (text.length < most) continue;
    parts.push(utf8(text));
    text = '';
    await breathe();
  }
  parts.push(utf8(text));
  return concatInPieces(breathe, parts);
};

/** Whether a value's JSON is so short that it is written at once. */
export const fitsOnePiece = (value: JsonValue): boolean => weigh(value, PIECE_BYTES) > 0;

/** What is left of `most` after a value's characters and members; 0 or less once it is heavier. */
const weigh = (value: unknown, most: number): number => {
  if (typeof value === 'string') return most - value.length;
  if (typeof value !== 'object' || value === null) return most - 8;
  let left = most - 8;
  for (const name in value) {
    if (left <= 0) break;
    left = weigh((value as Record<string, unknown>)[name], left - name.length);
  }
  return left;
};

function* jsonPieces(value: unknown, most: number): Generator<string> {
  if (typeof value === 'string' && value.length >= most) yield* stringPieces(value, most);
  // What says itself how it is written is written whole.
  else if (typeof value !== 'object' || value === null || 'toJSON' in value || weigh(value, most) > 0) {
    yield JSON.stringify(value) ?? 'null';
  } else if (Array.isArray(value)) {
    let before = '[';
    for (const item of value) {
      yield before;
      yield* jsonPieces(item, most);
      before = ',';
    }
    yield before === '[' ? '[]' : ']';
  } else {
    let before = '{';
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* jsonPieces(member, most);
      before = ',';
    }
    yield before === '{' ? '{}' : '}';
  }
}

function* stringPieces(text: string, most: number): Generator<string> {
  yield '"';
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + most, text.length);
    // Halves of one character stay together: a half by itself would be escaped.
    if (to < text.length && (text.charCodeAt(to) & 0xfc00) === 0xdc00) to -= 1;
    yield JSON.stringify(text.slice(from, to)).slice(1, -1);
    from = to;
  }
  yield '"';
}
