import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceKind } from './project.ts';

const above = (folder: string): string => (existsSync(join(folder, 'package.json')) ? folder : above(dirname(folder)));

/** Wasl's own folder: a clone, or where it was installed. */
export const WASL_ROOT = above(dirname(fileURLToPath(import.meta.url)));

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const readManifest = (): Manifest => JSON.parse(readFileSync(join(WASL_ROOT, 'package.json'), 'utf8')) as Manifest;

/** Where the build leaves the kit's package. */
export const builtKit = (): string => join(WASL_ROOT, 'dist', `wasl-kit-${readManifest().version}.tgz`);

/** What a source kind asks of npm, and what its sample needs. */
const KINDS: Readonly<
  Record<SourceKind, { readonly runs: readonly string[]; readonly builds: readonly string[]; readonly sample?: string }>
> = {
  postgres: { runs: ['pg'], builds: ['@types/pg'], sample: 'npm run build && node dist/postgres/load-sample.js' },
  rest: { runs: [], builds: [], sample: 'npm run build && node dist/rest/serve-sample.js' },
  csv: { runs: ['csv-parse'], builds: [] },
};

/** The project's package.json: the kit, and libraries at the very versions that Wasl itself is tested with. */
export const packageJson = (name: string, kind: SourceKind, kit: string): string => {
  const own = readManifest();
  const versions = { ...own.devDependencies, ...own.dependencies };
  const at = (names: readonly string[]) => Object.fromEntries(names.map((one) => [one, versions[one]]));
  const { runs, builds, sample } = KINDS[kind];
  const manifest = {
    name: `${name}-adapter`,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.19' },
    scripts: {
      build: 'tsc',
      test: 'npm run build && node --test dist/adapter.test.js',
      start: 'node dist/main.js',
      ...(sample === undefined ? {} : { sample }),
    },
    dependencies: { ...at(runs), 'wasl-kit': `file:${kit}` },
    devDependencies: at(['@types/node', ...builds, 'typescript']),
    allowScripts: { protobufjs: false },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
};
