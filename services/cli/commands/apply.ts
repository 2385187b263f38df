import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Action, type ApplyResponse } from '../../../proto/gen/wasl/registry/v1/registry.ts';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import { parseEntity } from '../../kernel/registry.ts';
import { parseStrictJson } from '../../kernel/strict-json.ts';
import type { End } from '../end.ts';
import { withRegistry } from '../member.ts';

export interface ApplyFlags {
  readonly as: string;
  readonly file: readonly string[];
  readonly dryRun: boolean;
}

const WORDS: Readonly<Partial<Record<Action, string>>> = {
  [Action.ACTION_ADD]: '+ add   ',
  [Action.ACTION_CHANGE]: '~ change',
  [Action.ACTION_KEEP]: '  keep  ',
};
const NAMES: Readonly<Partial<Record<Action, string>>> = {
  [Action.ACTION_ADD]: 'add',
  [Action.ACTION_CHANGE]: 'change',
  [Action.ACTION_KEEP]: 'keep',
};

/** Makes what files declare stand in the registry: the plan is shown, then carried out. Any number of times gives the same. */
export const apply = async ({ as, file, dryRun }: ApplyFlags, say: (text: string) => void): Promise<End> => {
  const entities = await readEntities(file);
  return withRegistry(as, async (registry) => {
    const plan = await registry.apply({ entities, dryRun: true });
    const lines = linesOf(plan);
    if (!dryRun) for (const line of lines) say(line);
    const pending = plan.changes.filter(({ action }) => action !== Action.ACTION_KEEP).length;
    const { version } = dryRun || pending === 0 ? plan : await registry.apply({ entities, dryRun: false });
    const changes = plan.changes.map(({ key, action }) => ({ entity: key, action: NAMES[action] ?? 'unknown' }));
    const told = dryRun
      ? `${pending} of ${changes.length} would change; nothing was changed`
      : `${pending} of ${changes.length} changed; the registry is at version ${version}`;
    return {
      kind: 'delivered',
      json: { changes, changed: dryRun ? 0 : pending, version: Number(version) },
      text: [...(dryRun ? lines : []), told].join('\n'),
    };
  });
};

const linesOf = ({ changes }: ApplyResponse): string[] =>
  changes.map(({ key, action }) => `${WORDS[action] ?? '?'} ${key}`);

/** The texts of the entities in files and in folders of files, each read once here so that a bad one is named by its file. */
export const readEntities = async (paths: readonly string[]): Promise<string[]> => {
  const files: string[] = [];
  for (const path of paths) {
    const found = await stat(path).catch((cause: unknown) => {
      throw new WaslError('bad-usage', { what: `there is no ${path}` }, { cause });
    });
    if (!found.isDirectory()) files.push(path);
    else
      files.push(
        ...(await readdir(path))
          .filter((name) => name.endsWith('.json'))
          .sort()
          .map((name) => join(path, name)),
      );
  }
  if (files.length === 0) throw new WaslError('bad-usage', { what: 'no file was named; -f takes files and folders' });
  return Promise.all(
    files.map(async (path) => {
      const text = await readFile(path, 'utf8');
      try {
        const value = parseStrictJson(text);
        if (!isObject(value)) throw new WaslError('malformed-message', { what: 'entity' });
        parseEntity(value);
      } catch (cause) {
        const what = cause instanceof WaslError ? (cause.params.what ?? cause.code) : 'JSON';
        throw new WaslError(
          'bad-usage',
          { what: `${path} declares nothing that the registry holds (${what})` },
          { cause },
        );
      }
      return text;
    }),
  );
};
