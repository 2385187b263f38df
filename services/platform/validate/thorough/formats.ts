import { fullFormats } from 'ajv-formats/dist/formats.js';
import { isObject } from '../../../kernel/fields.ts';
import type { JsonValue } from '../../../kernel/strict-json.ts';

const formats = new Map<string, unknown>(Object.entries(fullFormats));

export const isFormat = (name: string): boolean => formats.has(name);

/** Whether a value has a format, as ajv has it; of formats that nobody here knows, everything has them. */
export const hasFormat = (name: string, value: JsonValue): boolean => {
  const format = formats.get(name);
  const said = isFormatRule(format) ? format : { validate: format, type: 'string' };
  if (typeof value !== (said.type ?? 'string')) return true;
  if (said.validate instanceof RegExp) return said.validate.test(String(value));
  return typeof said.validate === 'function' ? said.validate(value) === true : true;
};

const isFormatRule = (format: unknown): format is { readonly validate: unknown; readonly type?: string } =>
  isObject(format as JsonValue) && !(format instanceof RegExp);
