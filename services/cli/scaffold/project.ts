import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageJson } from './package.ts';

export const SOURCE_KINDS = ['postgres', 'rest', 'csv'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** What distinguishes one project from another; every name is a valid id. */
export interface Wanted {
  readonly name: string;
  readonly agency: string;
  readonly documentType: string;
  readonly kind: SourceKind;
  /** The kit's package, as a path in the project. */
  readonly kit: string;
}

const TEMPLATES = fileURLToPath(new URL('../../../adapters/scaffold/', import.meta.url));
/** Under their own names these would act where they lie. */
const RENAMED: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  dockerignore: '.dockerignore',
  'tsconfig.project.json': 'tsconfig.json',
};
const SETTINGS: Readonly<Record<SourceKind, Readonly<Record<string, string>>>> = {
  postgres: { registerDatabase: 'register.url' },
  rest: { registerUrl: 'http://127.0.0.1:7481' },
  csv: { register: 'sample/csv' },
};

/** The project's files by path. The templates are a real adapter over CSV, with two other sources beside; only names are put in. */
export const projectFiles = async (wanted: Wanted): Promise<ReadonlyMap<string, string>> => {
  const { name, kind, kit } = wanted;
  const says: Readonly<Record<string, string>> = {
    'my-agency.register-extract': wanted.documentType,
    'my-agency': wanted.agency,
    'my-adapter': name,
    './csv/': `./${kind}/`,
    '{{kind}}': kind,
    '{{source.en}}': (await template(`readme/${kind}.en.md`)).trim(),
    '{{source.ar}}': (await template(`readme/${kind}.ar.md`)).trim(),
  };
  // In one pass: what is put in is not looked at again.
  const filled = (text: string): string =>
    text.replace(/my-agency(\.register-extract)?|my-adapter|\.\/csv\/|\{\{[a-z.]+\}\}/g, (said) => says[said] ?? said);
  const others = SOURCE_KINDS.filter((other) => other !== kind);

  const files = new Map<string, string>();
  for (const entry of await readdir(TEMPLATES, { recursive: true, withFileTypes: true })) {
    const path = relative(TEMPLATES, join(entry.parentPath, entry.name)).split(sep);
    if (!entry.isFile() || path[0] === 'readme' || others.some((other) => path.includes(other))) continue;
    const to = filled([...path.slice(0, -1), RENAMED[entry.name] ?? entry.name].join('/'));
    files.set(to, filled(await template(path.join('/'))));
  }
  files.set('package.json', packageJson(name, kind, kit));
  const settings = { identity: 'identity', journal: 'journal', ...SETTINGS[kind] };
  files.set('adapter.json', `${JSON.stringify(settings, null, 2)}\n`);
  return files;
};

const template = (path: string): Promise<string> => readFile(join(TEMPLATES, path), 'utf8');
