import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const DIST = join(ROOT, 'dist');
export const WASL = join(DIST, 'services', 'cli', 'main.js');

const newest = (folder: string): number =>
  Math.max(
    0,
    ...readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );

/** Builds when a source is newer than what was built, so that processes under test are of these sources. */
export function setup(): void {
  const built = existsSync(WASL) ? statSync(WASL).mtimeMs : 0;
  if (built > Math.max(newest('services'), newest('adapters'), newest('proto'), newest('schemas'), newest('test')))
    return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
}
