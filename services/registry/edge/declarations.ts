import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import type { Primitives, Thumbprint } from '../../kernel/keys.ts';
import { type Entity, parseEntity } from '../../kernel/registry.ts';
import { parseStrictJson } from '../../kernel/strict-json.ts';
import { checkDeclaration } from '../domain/check.ts';
import type { Declaration } from '../domain/declared.ts';

/** Reads the folder of declarations: one JSON file an entity, `own` being the registry's key. Errors: `data-folder-unreadable`. */
export const readDeclarations = async (
  folder: string,
  primitives: Primitives,
  own: Thumbprint,
): Promise<Declaration[]> => {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new WaslError('data-folder-unreadable', { folder }, { cause });
  });
  const read = async (file: string): Promise<Declaration> => {
    try {
      const entity = await readOne(join(folder, file));
      await checkDeclaration(primitives, own, entity);
      return { file, entity };
    } catch (error) {
      return { file, bad: error instanceof WaslError ? error.code : 'data-folder-unreadable' };
    }
  };
  return Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map(read),
  );
};

const readOne = async (path: string): Promise<Entity> => {
  const value = parseStrictJson(await readFile(path));
  if (!isObject(value)) throw new WaslError('malformed-message', { what: 'declaration' });
  return parseEntity(value);
};
