import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { CONFORMANCE } from '../../kernel/ids.ts';
import { writePrivateFile } from '../../platform/crypto/files.ts';
import { AGENCIES } from './agencies.ts';
import { writeEntities } from './entities.ts';
import { makeKeys } from './keys.ts';
import { GATEWAY, JOURNALS, type Layout } from './layout.ts';

/** What `wasl.json` says of a data folder. */
export interface FolderMark {
  readonly version: 6;
  readonly created: string;
  readonly bus: 'embedded' | 'kafka';
}

const MAKING = 'making';
const MADE = ['authority', 'audit', 'registry', 'gateways', 'agencies'];
/** What may stand in a folder before it is made: the lock of the `up` that makes it. */
const INNOCENT = /^up\.lock/;

/** Makes the folder itself, so that it can be locked. */
export const makeRoot = async (layout: Layout): Promise<void> => {
  try {
    await mkdir(layout.root, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new WaslError('data-folder-unreadable', { folder: layout.root }, { cause });
  }
};

/**
 * Fills an empty folder with the development authority, all ministries' identities and the registry's declarations; a whole folder is left
 * as it is, a half-made one is made anew. The caller holds the folder's lock. Returns the mark, and whether the folder was made now.
 */
export const prepareFolder = async (
  layout: Layout,
  bus: FolderMark['bus'],
  nowMs: number,
): Promise<{ readonly mark: FolderMark; readonly fresh: boolean }> => {
  const held = await readMark(layout);
  if (held !== undefined) return { mark: held, fresh: false };
  const making = join(layout.root, MAKING);
  const names = (await readdir(layout.root)).filter((name) => !INNOCENT.test(name));
  // Only a folder that we began to make is ever cleared: somebody's own folder called `registry` is not ours to remove.
  if (names.length > 0 && !names.includes(MAKING)) {
    throw new WaslError('data-folder-unreadable', { folder: layout.root });
  }
  await writeFile(making, '', { mode: 0o600 });
  for (const name of MADE) await rm(join(layout.root, name), { recursive: true, force: true });
  await makeFolders(layout);
  await writeEntities(layout, await makeKeys(layout, nowMs), nowMs);
  const mark: FolderMark = { version: 6, created: new Date(nowMs).toISOString(), bus };
  // The folder is whole from here on; a crash before leaves `making`, and nothing has used what it leaves.
  await writePrivateFile(layout.mark, `${JSON.stringify(mark, null, 2)}\n`);
  await rm(making);
  await syncFolder(layout.root);
  return { mark, fresh: true };
};

/** The mark of a whole folder; undefined when there is none. */
export const readMark = async (layout: Layout): Promise<FolderMark | undefined> => {
  if (!existsSync(layout.mark)) return undefined;
  let mark: FolderMark;
  try {
    mark = JSON.parse(await readFile(layout.mark, 'utf8')) as FolderMark;
  } catch (cause) {
    throw new WaslError('data-folder-unreadable', { folder: layout.root }, { cause });
  }
  if (mark.version === 6) return mark;
  throw new WaslError('config-invalid', {
    what: `${layout.root} was made by another version of wasl; remove it, or name another folder with --data`,
  });
};

const makeFolders = async (layout: Layout): Promise<void> => {
  const folders = [
    layout.authority,
    layout.operator,
    layout.audit,
    layout.registry,
    layout.entities,
    layout.gateway(GATEWAY),
    layout.gateway(CONFORMANCE),
    layout.agency(CONFORMANCE),
    layout.run,
    layout.logs,
  ];
  for (const { id } of AGENCIES) {
    folders.push(layout.agency(id), ...JOURNALS.map((of) => layout.journal(id, of)));
  }
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
};

const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
};
