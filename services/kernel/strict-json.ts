import { fromUtf8 } from './bytes.ts';
import { WaslError } from './codes.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

const MAX_DEPTH = 64;

/**
 * Parses JSON (RFC 8259) as I-JSON (RFC 7493): a name given twice is `duplicate-json-name`; lone surrogates, depth over 64 and
 * anything JSON.parse refuses are `malformed-message`.
 */
export const parseStrictJson = (input: string | Uint8Array): JsonValue => {
  const text = typeof input === 'string' ? input : fromUtf8(input);
  const value = parse(text);
  scanNames(text);
  return value;
};

const malformed = (cause?: unknown): WaslError => new WaslError('malformed-message', { what: 'JSON' }, { cause });

const parse = (text: string): JsonValue => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(cause);
  }
};

/** In JSON a string is a name exactly when a colon follows it (RFC 8259 section 4). */
const isName = (text: string, from: number): boolean => {
  let at = from;
  while (' \t\n\r'.includes(text[at] ?? ':')) at += 1;
  return text[at] === ':';
};

/** A second walk over text that is known to be JSON: every object's names, decoded, and the depth. */
const scanNames = (text: string): void => {
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  const open: (Set<string> | undefined)[] = [];
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [word] = match;
    if (word === '{' || word === '[') {
      open.push(word === '{' ? new Set() : undefined);
      if (open.length > MAX_DEPTH) throw malformed();
    } else if (word === '}' || word === ']') {
      open.pop();
    } else {
      const decoded = String(parse(word));
      if (/\p{Surrogate}/u.test(decoded)) throw malformed();
      const names = open.at(-1);
      if (names !== undefined && isName(text, token.lastIndex)) {
        if (names.has(decoded)) throw new WaslError('duplicate-json-name');
        names.add(decoded);
      }
    }
  }
};
