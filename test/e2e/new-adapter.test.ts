import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRoot, prepareFolder } from '../../services/cli/development/folder.ts';
import { layoutOf } from '../../services/cli/development/layout.ts';
import { SOURCE_KINDS } from '../../services/cli/scaffold/project.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { wasl, waslJson } from '../support/cli.ts';

const run = promisify(execFile);
const AGENCY = 'land-registry';
const DOCUMENT = `${AGENCY}.deed`;
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund'];
/** The environment without what whoever runs the tests set for Wasl. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WASL_')));

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wasl-new-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

it('refuses in one way, as every command does', async () => {
  const { code, json } = await waslJson('new', 'adapter', 'archives', '--source', 'soap');
  expect([code, json.code]).toEqual([2, 'bad-usage']);
  const inside = await waslJson('new', 'adapter', '../up', '--source', 'csv');
  expect([inside.code, inside.json.code]).toEqual([2, 'name-not-an-id']);
});

describe.each(SOURCE_KINDS)('an adapter over %s that was just written', { timeout: 120_000 }, (kind) => {
  const project = (...path: string[]): string => join(home, kind, ...path);

  it('is a project of its own, under its own names', async () => {
    const flags = ['--source', kind, '--agency', AGENCY, '--document', DOCUMENT, '--dir', project()];
    const { code, json } = await waslJson('new', 'adapter', 'deeds', ...flags);
    expect([code, json.agency, json.documentType, json.next[1]]).toEqual([0, AGENCY, DOCUMENT, 'npm install']);
    expect(json.files).toContain(`schemas/${DOCUMENT}.v1.json`);
    const texts = await Promise.all(json.files.map((file: string) => readFile(project(file), 'utf8')));
    expect(texts.join('\n')).not.toMatch(/my-agency|my-adapter|\{\{/);
    const others = SOURCE_KINDS.filter((other) => other !== kind);
    expect(json.files.filter((file: string) => others.some((other) => file.includes(other)))).toEqual([]);
    const readme = await readFile(project('README.md'), 'utf8');
    expect(readme).toMatch(/<div dir="rtl" lang="ar">\n.*لا يوجد قيد.*<\/div>/s);
    const docker = await readFile(project('Dockerfile'), 'utf8');
    expect([docker.match(/^FROM node:20\.\d+\.\d+-/gm)?.length, /^USER node$/m.test(docker)]).toEqual([2, true]);
    expect(docker).toContain('HEALTHCHECK');
  });

  it('keeps keys and passwords out of git', async () => {
    const git = (...args: string[]) => run('git', args, { cwd: project() });
    await git('init', '--quiet');
    await mkdir(project('identity'));
    for (const secret of ['identity/tls.key', 'signing.jwk', 'register.url', 'register.token']) {
      await writeFile(project(secret), 'secret');
      await git('check-ignore', '--quiet', secret);
      await rm(project(secret));
    }
    await rm(project('identity'), { recursive: true });
    const { stdout } = await git('status', '--porcelain', '--untracked-files=all');
    expect(stdout).toContain('src/main.ts');
  });
});

it('starts neither without an identity, nor as another agency', { timeout: 120_000 }, async () => {
  const project = join(home, 'started');
  const named = ['--agency', AGENCY, '--document', DOCUMENT, '--dir', project];
  expect((await wasl('new', 'adapter', 'deeds', '--source', 'csv', ...named)).code).toBe(0);
  const npm = (...args: string[]) => run('npm', args, { cwd: project, env: clean });
  await npm(...INSTALL);
  await npm('run', 'build');
  const start = (env: NodeJS.ProcessEnv) =>
    run(process.execPath, ['dist/main.js'], { cwd: project, env: { ...clean, ...env } }).catch((error) => error);
  expect(await start({})).toMatchObject({ code: 1, stderr: expect.stringContaining('(no-identity)') });
  const layout = layoutOf(join(home, 'data'));
  await makeRoot(layout);
  await prepareFolder(layout, 'embedded', Date.now());
  await writeBusAddresses(layout.agency('transport'), { registry: '127.0.0.1:1', gateways: ['127.0.0.1:1'] });
  const foreign = await start({ WASL_IDENTITY: layout.agency('transport') });
  expect(foreign).toMatchObject({ code: 1, stderr: expect.stringContaining('is no document of transport') });
});
