import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import { type Entity, parseEntity } from '../../kernel/registry.ts';
import { parseStrictJson } from '../../kernel/strict-json.ts';

export interface Declarations {
  readonly entities: readonly Entity[];
  /** Files that could not be read as an entity. */
  readonly bad: readonly { readonly file: string; readonly code: string }[];
}

/** Reads the folder of declarations: one JSON file an entity. */
export const readDeclarations = async (folder: string): Promise<Declarations> => {
  const entities: Entity[] = [];
  const bad: { file: string; code: string }[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()) {
    try {
      const value = parseStrictJson(await readFile(join(folder, file)));
      if (!isObject(value)) throw new WaslError('malformed-message', { what: file });
      entities.push(parseEntity(value));
    } catch (error) {
      bad.push({ file, code: error instanceof WaslError ? error.code : 'unreadable' });
    }
  }
  return { entities, bad };
};
