import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WASL_ROOT } from '../scaffold/package.ts';
import { type NewAdapterFlags, newAdapter } from './new-adapter.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wasl-new-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const codeOf = (name: string, flags: Partial<NewAdapterFlags> = {}): Promise<unknown> =>
  newAdapter(name, { source: 'csv', dir: join(home, 'never'), ...flags }).then(
    () => 'written',
    (error: { readonly code?: string }) => error.code,
  );

const BAD = ['A', '../up', 'a_b', 'a--b', '-', '9a', 'a b', 'أرشيف', '__proto__', 'a'.repeat(61), ''];
test.each(BAD)('takes no name like «%s», and writes nothing', async (name) => {
  expect(await codeOf(name)).toBe('name-not-an-id');
  expect(await codeOf('archives', { agency: name })).toBe('name-not-an-id');
  expect(await codeOf('archives', { document: `archives.${name}` })).toBe('name-not-an-id');
  expect(await readdir(home)).toEqual([]);
});

test('takes a name that JavaScript has for itself as any other', async () => {
  expect(await codeOf('constructor')).toBe('written');
});

test('writes nowhere but in a new or empty folder outside of Wasl', async () => {
  const full = join(home, 'full');
  await mkdir(full);
  await writeFile(join(full, 'mine.txt'), 'mine');
  expect(await codeOf('archives', { dir: full })).toBe('folder-not-empty');
  expect(await codeOf('archives', { dir: join(full, 'mine.txt') })).toBe('folder-not-empty');
  for (const dir of [WASL_ROOT, join(WASL_ROOT, 'x')]) {
    expect(await codeOf('archives', { dir })).toBe('folder-inside-wasl');
  }
  expect(await readdir(full)).toEqual(['mine.txt']);
  await mkdir(join(home, 'empty'));
  expect(await codeOf('archives', { dir: join(home, 'empty') })).toBe('written');
});

test('writes only for documents of the agency, and with a kit that is there', async () => {
  expect(await codeOf('archives', { document: 'health.fitness' })).toBe('bad-usage');
  for (const kit of [join(home, 'no.tgz'), join(WASL_ROOT, 'package.json')]) {
    expect(await codeOf('archives', { kit })).toBe('kit-not-found');
  }
});

test('brings the kit along, and a project asks for it there', async () => {
  const dir = join(home, 'deeds');
  const { json } = await newAdapter('deeds', { source: 'rest', dir });
  const { kit } = json as { readonly kit: string };
  expect((await stat(join(dir, kit))).size).toBeGreaterThan(50_000);
  const { default: manifest } = await import(join(dir, 'package.json'), { with: { type: 'json' } });
  expect(manifest.dependencies).toEqual({ 'wasl-kit': `file:${kit}` });
  expect(Object.values(manifest.devDependencies).every((version) => /^\d+\.\d+\.\d+$/.test(String(version)))).toBe(
    true,
  );
});
