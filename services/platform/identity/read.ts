import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { type Fields, isObject, readFields } from '../../kernel/fields.ts';
import { type JsonValue, parseStrictJson } from '../../kernel/strict-json.ts';

const parsed = (text: string): JsonValue | undefined => {
  try {
    return parseStrictJson(text);
  } catch {
    return undefined;
  }
};

/** The object in a file of an identity's folder; undefined when there is no such file. Error: `no-identity`, naming the file, when it cannot be read. */
export const fieldsIn = async (folder: string, name: string): Promise<Fields | undefined> => {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new WaslError('no-identity', { folder: path }, { cause: error });
  });
  if (text === undefined) return undefined;
  const value = parsed(text);
  if (!isObject(value)) throw new WaslError('no-identity', { folder: path });
  return readFields(value, name);
};
