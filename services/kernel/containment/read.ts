import { fromUtf8 } from '../bytes.ts';
import { WaslError } from '../codes.ts';
import { isObject } from '../fields.ts';
import { type JsonValue, parseStrictJson } from '../strict-json.ts';

/** Bytes of a schema's text. */
export const LARGEST_SCHEMA = 1_048_576;
/** Levels of objects and lists in a schema: what strict JSON takes. */
export const DEEPEST_SCHEMA = 64;

/**
 * A schema from its text. Throws `schema-too-large`, `schema-too-deep`, `duplicate-json-name`, `schema-not-json`, and `schema-invalid` for what
 * is neither an object nor a boolean.
 */
export const readSchemaText = (bytes: Uint8Array): JsonValue => {
  if (bytes.length > LARGEST_SCHEMA) throw new WaslError('schema-too-large', { limit: LARGEST_SCHEMA });
  const schema = parse(bytes);
  if (!isObject(schema) && typeof schema !== 'boolean') {
    throw new WaslError('schema-invalid', { pointer: '/', what: 'schema' });
  }
  return schema;
};

const parse = (bytes: Uint8Array): JsonValue => {
  let text = '';
  try {
    text = fromUtf8(bytes);
    return parseStrictJson(text);
  } catch (cause) {
    if (cause instanceof WaslError && cause.code === 'duplicate-json-name') throw cause;
    if (deeper(text)) throw new WaslError('schema-too-deep', { limit: DEEPEST_SCHEMA });
    throw new WaslError('schema-not-json', {}, { cause });
  }
};

/** Whether more levels are open at once than are taken, outside of texts. */
const deeper = (text: string): boolean => {
  let [open, quoted] = [0, false];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter === '\\') at += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '{' || letter === '[') {
      open += 1;
      if (open > DEEPEST_SCHEMA) return true;
    } else if (letter === '}' || letter === ']') open -= 1;
  }
  return false;
};
