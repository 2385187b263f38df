import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { WaslError } from '../../kernel/codes.ts';
import { AGENCY_ID, DOCUMENT_TYPE } from '../../kernel/ids.ts';
import type { End } from '../end.ts';
import { builtKit, WASL_ROOT } from '../scaffold/package.ts';
import { projectFiles, type SourceKind } from '../scaffold/project.ts';

export interface NewAdapterFlags {
  readonly source: SourceKind;
  readonly agency?: string;
  readonly document?: string;
  readonly dir?: string;
  readonly kit?: string;
}

/** Of an id: npm, Docker and certificates take it as it is. */
const MAX_ID = 60;

/** Writes a small adapter project, outside of Wasl's own folder; all of it is known before a file is written. */
export const newAdapter = async (name: string, flags: NewAdapterFlags): Promise<End> => {
  const agency = id(flags.agency ?? name, AGENCY_ID);
  const documentType = id(flags.document ?? `${agency}.register-extract`, DOCUMENT_TYPE);
  if (!documentType.startsWith(`${agency}.`)) {
    throw new WaslError('bad-usage', { what: `${documentType} is no document of ${agency}` });
  }
  const folder = resolve(flags.dir ?? id(name, AGENCY_ID));
  const kit = await readKit(flags.kit ?? builtKit());
  const at = `vendor/${kit.name}`;
  const files = await projectFiles({ name: id(name, AGENCY_ID), agency, documentType, kind: flags.source, kit: at });
  await checkFolder(folder);

  for (const [path, content] of [...files, [at, kit.bytes] as const]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { flag: 'wx' });
  }
  const next = [`cd ${flags.dir ?? name}`, 'npm install', ...TRY[flags.source], 'npm start'];
  return {
    kind: 'delivered',
    json: { folder, name, agency, documentType, source: flags.source, kit: at, files: [...files.keys()].sort(), next },
    text: [
      `An adapter of ${agency} over ${flags.source} stands in ${folder}. Next:`,
      `محوِّل الجهة \u2068${agency}\u2069 جاهز في \u2068${folder}\u2069. الخطوات التالية:`,
      ...next.map((line) => `  ${line}`),
      `The last one needs the agency’s identity: wasl join INVITATION --dir ${join(folder, 'identity')}`,
      'وتحتاج الأخيرة إلى هوية الجهة، وينشئها الأمر أعلاه من دعوة السلطة.',
    ].join('\n'),
  };
};

/** What stands between installing and starting. */
const TRY: Readonly<Record<SourceKind, readonly string[]>> = {
  postgres: ['DATABASE_URL=postgres://… npm test', '(umask 077; echo postgres://… > register.url)'],
  rest: ['npm test', 'npm run sample   # a stand-in register, in a terminal of its own'],
  csv: ['npm test'],
};

const id = (text: string, pattern: RegExp): string => {
  if (text.length > MAX_ID || !pattern.test(text))
    throw new WaslError('name-not-an-id', { name: text.slice(0, MAX_ID) });
  return text;
};

const GZIP = Buffer.from([0x1f, 0x8b]);

const readKit = async (file: string): Promise<{ readonly name: string; readonly bytes: Buffer }> => {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new WaslError('kit-not-found', { file }, { cause });
  });
  if (!file.endsWith('.tgz') || !bytes.subarray(0, 2).equals(GZIP)) throw new WaslError('kit-not-found', { file });
  return { name: basename(file), bytes };
};

/** A folder that is not there yet, or is empty, and is not Wasl's own. */
const checkFolder = async (folder: string): Promise<void> => {
  const inside = relative(WASL_ROOT, folder);
  if (!inside.startsWith('..') && !isAbsolute(inside)) {
    throw new WaslError('folder-inside-wasl', { folder, root: WASL_ROOT });
  }
  const held = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new WaslError('folder-not-empty', { folder }, { cause: error });
  });
  if (held.length > 0) throw new WaslError('folder-not-empty', { folder });
};
