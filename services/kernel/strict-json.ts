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

const QUOTE = 0x22;

/** A second walk over text that is known to be JSON: every object's names, decoded, and the depth. */
const scanNames = (text: string): void => {
  if (!text.isWellFormed()) throw malformed();
  const open: (Set<string> | undefined)[] = [];
  // The next backslash at or after where we stand: a string that ends before it has no escapes, and is its own value.
  let backslash = text.indexOf('\\');
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x7b:
      case 0x5b:
        open.push(text.charCodeAt(at) === 0x7b ? new Set() : undefined);
        if (open.length > MAX_DEPTH) throw malformed();
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        break;
      case QUOTE: {
        const from = at;
        at = text.indexOf('"', from + 1);
        let escaped = false;
        while (backslash !== -1 && backslash < at) {
          escaped = true;
          // What stands after a backslash is no end of the string.
          if (backslash + 1 === at) at = text.indexOf('"', at + 1);
          backslash = text.indexOf('\\', backslash + 2);
        }
        const value = escaped ? String(parse(text.slice(from, at + 1))) : undefined;
        if (value !== undefined && !value.isWellFormed()) throw malformed();
        const names = open.at(-1);
        if (names !== undefined && isName(text, at + 1)) {
          const name = value ?? text.slice(from + 1, at);
          if (names.has(name)) throw new WaslError('duplicate-json-name');
          names.add(name);
        }
      }
    }
  }
};
