import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = process.env.WASL_SUITES ?? fileURLToPath(new URL('../../../shared/suites', import.meta.url));

/** The folder of one public suite; undefined, said in one line, on a machine that does not have it. */
export const suite = (name: string): string | undefined => {
  const folder = `${root}/${name}`;
  if (existsSync(folder)) return folder;
  process.stderr.write(`public suite ${name} is absent (set WASL_SUITES): its cases were not run\n`);
  return undefined;
};

/** Every JSON file below a folder, with its path. */
export const jsonFilesBelow = (folder: string): readonly { readonly path: string; readonly text: string }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .sort()
    .map((path) => ({ path, text: readFileSync(`${folder}/${path}`, 'utf8') }));
