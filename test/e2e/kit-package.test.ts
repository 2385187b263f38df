import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIST, ROOT } from '../support/built.ts';

const run = promisify(execFile);
const PROGRAM = `
import { adapterSettings, type Handler, readSettings, runAdapter, SourceUnavailable } from 'wasl-kit';

const handler: Handler = async ({ subject, signal }) => {
  signal.throwIfAborted();
  if (subject.scheme !== 'jo:national-number') throw new SourceUnavailable(1_000);
  return { kind: 'found', document: { asOf: new Date().toISOString(), nationalNumber: subject.value } };
};
const settings = await readSettings(adapterSettings, { file: 'adapter.json', env: process.env });
await runAdapter({ settings, handlers: { 'my-agency.my-extract': handler }, ping: async () => undefined });
`;

describe('wasl-kit, installed in an empty folder', { timeout: 120_000 }, () => {
  let folder: string;
  const node = (text: string) => run(process.execPath, ['--input-type=module', '-e', text], { cwd: folder });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wasl-kit-'));
    await writeFile(join(folder, 'package.json'), '{"private": true, "type": "module"}');
    const tarball = (await readdir(DIST)).find((name) => /^wasl-kit-.*\.tgz$/.test(name)) ?? '';
    const flags = ['--prefer-offline', '--no-audit', '--no-fund'];
    await run('npm', ['install', ...flags, join(DIST, tarball)], { cwd: folder });
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is imported without the driver of a database', async () => {
    const { stdout } = await node("console.log(Object.keys(await import('wasl-kit')).join())");
    expect(stdout).toContain('runAdapter');
  });

  it('says which package a journal in PostgreSQL needs', async () => {
    const { stdout } = await node(
      "const { openTableJournal } = await import('wasl-kit'); await openTableJournal({ url: 'postgres://nobody@127.0.0.1:9/none' }).catch((error) => console.log(error.code, error.params.what))",
    );
    expect(stdout).toBe('config-invalid a journal in PostgreSQL needs the package pg\n');
  });

  it('type-checks a small adapter, its own declarations with it', async () => {
    await writeFile(join(folder, 'adapter.ts'), PROGRAM);
    // The declarations of the language itself are not ours to check.
    const flags = [
      '--noEmit',
      '--strict',
      '--skipDefaultLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      'node',
    ];
    const { stdout } = await run(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), ...flags, 'adapter.ts'],
      {
        cwd: folder,
      },
    ).catch((error) => error);
    expect(stdout).toBe('');
  });
});
