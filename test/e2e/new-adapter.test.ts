import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENCIES } from '../../services/cli/development/agencies.ts';
import { layoutOf } from '../../services/cli/development/layout.ts';
import { SOURCE_KINDS } from '../../services/cli/scaffold/project.ts';
import { end, lineOf } from '../support/agents.ts';
import { removeData, startUp, type Up, wasl, waslJson } from '../support/cli.ts';
import { until } from '../support/exchange.ts';
import { joinAgency } from '../support/joined-agency.ts';
import { startTestCluster, type TestCluster } from '../support/postgres.ts';

const run = promisify(execFile);
const AGENCY = 'land-registry';
const DOCUMENT = `${AGENCY}.deed`;
const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund'];
/** The environment without what whoever runs the tests set for Wasl. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WASL_')));

let home: string;
let identity: string;
let postgres: TestCluster;
let up: Up;
const data = (): string => join(home, 'data');
const ask = (subject: string) => {
  const what = ['--as', 'transport', '--from', AGENCY, '--document', DOCUMENT, '--purpose', 'check-deed'];
  return waslJson('request', '--data', data(), ...what, '--subject', subject);
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wasl-new-'));
  identity = join(home, 'identity');
  // The schema that goes into the registry is the one that the project comes with.
  const sketch = join(home, 'sketch');
  const named = ['--agency', AGENCY, '--document', DOCUMENT, '--dir', sketch];
  expect((await wasl('new', 'adapter', 'deeds', '--source', 'csv', ...named)).code).toBe(0);
  up = startUp('--data', data(), '--without', AGENCIES.map(({ id }) => id).join(','));
  await up.said(/It stays up/);
  const joining = {
    agency: AGENCY,
    documentType: DOCUMENT,
    schemaFile: join(sketch, 'schemas', `${DOCUMENT}.v1.json`),
  };
  const claims = ['entryNumber', 'entryStatus', 'nationalNumber'];
  await joinAgency(layoutOf(data()), { ...joining, requester: 'transport', purpose: 'check-deed', claims }, home);
  postgres = await startTestCluster();
}, 90_000);
afterAll(async () => {
  up?.child.kill('SIGTERM');
  await up?.exited;
  await postgres?.stop();
  await removeData(data());
  await rm(home, { recursive: true, force: true });
}, 30_000);

it('refuses in one way, as every command does', async () => {
  const { code, json } = await waslJson('new', 'adapter', 'archives', '--source', 'soap');
  expect([code, json.code]).toEqual([2, 'bad-usage']);
  const inside = await waslJson('new', 'adapter', '../up', '--source', 'csv');
  expect([inside.code, inside.json.code]).toEqual([2, 'name-not-an-id']);
});

describe.each(SOURCE_KINDS)('an adapter over %s that was just written', { timeout: 120_000 }, (kind) => {
  const project = (...path: string[]): string => join(home, kind, ...path);
  const npm = (...args: string[]) => run('npm', args, { cwd: project(), env: { ...clean, DATABASE_URL: databaseUrl } });
  let databaseUrl = '';

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

  it('is installed, built, and passes its own test', async () => {
    databaseUrl = await postgres.createDatabase();
    await npm(...INSTALL);
    const { stdout } = await npm('test');
    expect(stdout).toMatch(/# pass 4\n# fail 0/);
  });

  it('does not start without an identity, nor as another agency', async () => {
    if (kind === 'postgres') await writeFile(project('register.url'), databaseUrl, { mode: 0o600 });
    const start = (env: NodeJS.ProcessEnv) =>
      run(process.execPath, ['dist/main.js'], { cwd: project(), env: { ...clean, ...env } }).catch((error) => error);
    expect(await start({})).toMatchObject({ code: 1, stderr: expect.stringContaining('(no-identity)') });
    const foreign = await start({ WASL_IDENTITY: layoutOf(data()).agency('transport') });
    expect(foreign).toMatchObject({ code: 1, stderr: expect.stringContaining('is no document of transport') });
  });

  it('answers over the bus with a verified document of its agency', async () => {
    await cp(identity, project('identity'), { recursive: true });
    const env: NodeJS.ProcessEnv = { ...clean, WASL_OPS_LISTEN: '127.0.0.1:0', WASL_JOURNAL: join(home, 'journal') };
    const children: ChildProcess[] = [];
    const node = (...args: string[]): ChildProcess => {
      const child = spawn(process.execPath, args, { cwd: project(), env, stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      return child;
    };
    if (kind === 'postgres') await npm('run', 'sample');
    if (kind === 'csv') await run(process.execPath, ['dist/csv/write-manifest.js', 'sample/csv'], { cwd: project() });
    if (kind === 'rest') {
      const said = await lineOf(node('dist/rest/serve-sample.js', '0'), /answers at/);
      env.WASL_REGISTER_URL = /http:\S+(?=;)/.exec(said)?.[0];
    }
    try {
      const adapter = node('dist/main.js');
      const { ops } = JSON.parse(await lineOf(adapter, /"ops":/));
      await until(async () => (await fetch(`http://${ops}/readyz`)).ok, 20_000);
      const found = await ask('0009991001');
      expect([found.code, found.json.outcome], JSON.stringify(found.json)).toEqual([0, 'delivered']);
      expect(found.json.document).toEqual({
        entryNumber: 'R-1001',
        nationalNumber: '0009991001',
        entryStatus: 'active',
      });
      expect((await ask('0009999999')).json.code).toBe('no-such-record');
      expect((await ask('0009991003')).json.code).toBe('ambiguous-subject');
      await end(adapter);
      expect(adapter.exitCode).toBe(0);
    } finally {
      for (const child of children) await end(child);
    }
  });
});
