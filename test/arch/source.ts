import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Import {
  readonly file: string;
  /** The specifier's target: a path from the root, or a package's name (with `node:` for Node's own). */
  readonly target: string;
  readonly local: boolean;
}

/** Every TypeScript file of these folders, as paths from the root; generated code is not among them. */
export const filesIn = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
      .filter((file) => !file.includes('node_modules')),
  );

export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s+['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

const packageOf = (specifier: string): string =>
  specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? specifier);

export const importsOf = (file: string): Import[] =>
  [...read(file).matchAll(IMPORT)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    const local = specifier.startsWith('.');
    const target = local
      ? posix.normalize(posix.join(posix.dirname(file), specifier))
      : specifier.startsWith('node:')
        ? specifier
        : packageOf(specifier);
    return { file, target, local };
  });
