import { WaslError } from './codes.ts';
import type { JsonValue } from './strict-json.ts';

/**
 * RFC 8785: members sorted by UTF-16 code units, numbers and strings as ECMAScript writes them. Throws `malformed-message` on what
 * I-JSON cannot say: NaN, infinities, lone surrogates, undefined.
 */
export const canonicalJson = (value: JsonValue): string => {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : unsayable();
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object') return unsayable();
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  let members = '';
  for (const name of Object.keys(value).sort()) {
    members += `${members === '' ? '' : ','}${text(name)}:${canonicalJson((value as Record<string, JsonValue>)[name] as JsonValue)}`;
  }
  return `{${members}}`;
};

/** What stands between its quotes as it is; most strings of ours do. */
const PLAIN = /^[ !#-[\]-~]*$/;

const text = (value: string): string => {
  if (PLAIN.test(value)) return `"${value}"`;
  return value.isWellFormed() ? JSON.stringify(value) : unsayable();
};
const unsayable = (): never => {
  throw new WaslError('malformed-message', { what: 'JSON' });
};
