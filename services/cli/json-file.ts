import { readFile } from 'node:fs/promises';
import { WaslError } from '../kernel/codes.ts';
import { isObject } from '../kernel/fields.ts';
import { type JsonObject, parseStrictJson } from '../kernel/strict-json.ts';

/** The object in a JSON file. Error: `bad-usage`, naming the file. */
export const jsonIn = async (path: string): Promise<JsonObject> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new WaslError('bad-usage', { what: `${path} cannot be read` }, { cause });
  });
  const value = parseStrictJson(text);
  if (!isObject(value)) throw new WaslError('bad-usage', { what: `${path} is no JSON object` });
  return value;
};
