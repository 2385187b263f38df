// Makes `wasl-kit` from what was compiled: what the kit's faces import, and no more, as a package that a ministry installs.
// Writes dist/kit (the package, unpacked) and dist/wasl-kit-<version>.tgz.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

const FACES = { '.': 'adapters/kit/index', './postgres': 'adapters/kit/postgres' };
/** Asked for only by the second face and by a journal in PostgreSQL. */
const OPTIONAL = ['pg'];
const OUT = 'dist/kit';

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g;
const LAZY = /\bimport\(\s*['"]([^'"\n]+)['"]/g;
const ASSET = /new URL\('(\.[^']*)', import\.meta\.url\)/g;
const packageOf = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** What these compiled files reach: files below dist, and packages; without what is imported lazily unless `lazy`. */
const reach = (entries, { lazy }) => {
  const files = new Set();
  const packages = new Set();
  const visit = (file) => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(join('dist', file), 'utf8');
    const later = new Set([...text.matchAll(LAZY)].map(([, name]) => name));
    for (const [, name] of text.matchAll(IMPORT)) {
      if (!lazy && later.has(name)) continue;
      if (name.startsWith('.')) visit(resolved(posix.join(posix.dirname(file), name), file));
      else if (!name.startsWith('node:')) packages.add(packageOf(name));
    }
    for (const [, path] of file.endsWith('.js') ? text.matchAll(ASSET) : []) {
      files.add(posix.join(posix.dirname(file), path));
    }
  };
  entries.forEach(visit);
  return { files: [...files], packages: [...packages].sort() };
};
/** Declarations keep the names of the sources. */
const resolved = (target, from) => (from.endsWith('.d.ts') ? target.replace(/(\.d)?\.[jt]s$/, '.d.ts') : target);

const faces = Object.values(FACES);
const first = reach([`${FACES['.']}.js`], { lazy: false });
const all = reach(
  faces.map((face) => `${face}.js`),
  { lazy: true },
);
const types = reach(
  faces.map((face) => `${face}.d.ts`),
  { lazy: true },
);

const wasl = JSON.parse(readFileSync('package.json', 'utf8'));
const stray = [...all.packages, ...types.packages].filter(
  (name) => !first.packages.includes(name) && !OPTIONAL.includes(name),
);
const missing = all.packages.filter((name) => wasl.dependencies[name] === undefined);
if (stray.length + missing.length > 0) throw new Error(`the kit may not import ${[...stray, ...missing]}`);
const versionsOf = (names) => Object.fromEntries(names.map((name) => [name, wasl.dependencies[name]]));

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
for (const file of new Set([...all.files, ...types.files])) {
  const [from, to] = [join('dist', file), join(OUT, file)];
  if (!existsSync(from)) throw new Error(`${file} is asked for and was not built`);
  mkdirSync(dirname(to), { recursive: true });
  if (statSync(from).isDirectory() || !/\.js$/.test(file)) cpSync(from, to, { recursive: true });
  else writeFileSync(to, readFileSync(from, 'utf8').replace(/\n\/\/# sourceMappingURL=.*\n?$/, '\n'));
}
cpSync('LICENSE', join(OUT, 'LICENSE'));
cpSync('adapters/kit/README.md', join(OUT, 'README.md'));
const { version, license, type, engines } = wasl;
const manifest = {
  name: 'wasl-kit',
  version,
  description: 'The kit of Wasl (وصل): what a ministry needs to answer and to ask for verified documents.',
  license,
  type,
  engines,
  exports: Object.fromEntries(
    Object.entries(FACES).map(([name, face]) => [name, { types: `./${face}.d.ts`, default: `./${face}.js` }]),
  ),
  dependencies: versionsOf(first.packages),
  peerDependencies: Object.fromEntries(OPTIONAL.map((name) => [name, `^${wasl.dependencies[name]}`])),
  peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((name) => [name, { optional: true }])),
};
writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

for (const old of readdirSync('dist')) if (/^wasl-kit-.*\.tgz$/.test(old)) rmSync(join('dist', old));
// Run from an npm script it would take over that one's settings, `--dry-run` among them.
const settings = ['--ignore-scripts', '--dry-run=false', '--json', '--pack-destination', '..'];
const [packed] = JSON.parse(execFileSync('npm', ['pack', ...settings], { cwd: OUT, encoding: 'utf8' }));
console.log(`dist/${packed.filename} (${packed.entryCount} files, ${Math.ceil(packed.size / 1024)} KiB)`);
