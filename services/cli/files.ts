import { access, readFile } from 'node:fs/promises';
import { WaslError } from '../kernel/codes.ts';
import { isObject } from '../kernel/fields.ts';
import { type JsonObject, type JsonValue, parseStrictJson } from '../kernel/strict-json.ts';

export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The text of a file that somebody named. Error: `bad-usage`, naming the file. */
export const textIn = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: unknown) => {
    throw new WaslError('bad-usage', { what: `${path} cannot be read` }, { cause });
  });

/** The object in a JSON file. Error: `bad-usage`, naming the file. */
export const jsonIn = async (path: string): Promise<JsonObject> => {
  const value = jsonOf(await textIn(path));
  if (!isObject(value)) throw new WaslError('bad-usage', { what: `${path} is no JSON object` });
  return value;
};

const jsonOf = (text: string): JsonValue | undefined => {
  try {
    return parseStrictJson(text);
  } catch {
    return undefined;
  }
};
