import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENCIES } from '../../services/cli/development/agencies.ts';
import { type Layout, layoutOf } from '../../services/cli/development/layout.ts';
import { SOURCE_KINDS } from '../../services/cli/scaffold/project.ts';
import { end, lineOf } from '../support/agents.ts';
import { WASL } from '../support/built.ts';
import { removeData, startUp, type Up, waslJson } from '../support/cli.ts';
import { until } from '../support/exchange.ts';
import { startTestCluster, type TestCluster } from '../support/postgres.ts';

/** What the integrator of an agency may be asked to type at most, and how long it may take. */
const COMMANDS_AT_MOST = 8;
const WITHIN_MS = 10 * 60_000;
const REQUESTER = 'transport';

/** The environment without what whoever runs the tests set for Wasl. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WASL_')));

let home: string;
let layout: Layout;
let up: Up;
let postgres: TestCluster;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wasl-integrator-'));
  layout = layoutOf(join(home, 'bus'));
  up = startUp('--data', layout.root, '--without', AGENCIES.map(({ id }) => id).join(','));
  postgres = await startTestCluster();
  await up.said(/It stays up/);
}, 120_000);
afterAll(async () => {
  up?.child.kill('SIGTERM');
  await up?.exited;
  await postgres?.stop();
  await removeData(layout.root);
  await rm(home, { recursive: true, force: true });
}, 60_000);

/** Runs a command of somebody who is not the integrator; it must end well. */
const others = async (...args: string[]) => {
  const { code, json } = await waslJson(...args);
  expect(code, `${args.slice(0, 3).join(' ')}: ${JSON.stringify(json)}`).toBe(0);
  return json;
};

/** A terminal of the integrator, in a folder outside the clone: each command is counted, and must end well. */
const terminal = (folder: string, env: NodeJS.ProcessEnv) => {
  const typed: string[] = [];
  const children: ChildProcess[] = [];
  const start = (command: string, cwd: string): ChildProcess => {
    typed.push(command);
    // As a person has it: `wasl` is the command that was installed.
    const line = command.replaceAll(/\bwasl\b(?= [a-z])/g, `'${process.execPath}' '${WASL}'`);
    const child = spawn('bash', ['-c', line], {
      cwd,
      env: { ...clean, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    children.push(child);
    return child;
  };
  return {
    typed,
    start: (command: string, cwd = folder) => start(command, cwd),
    run: (command: string, cwd = folder): Promise<string> =>
      new Promise((resolve, reject) => {
        const child = start(command, cwd);
        let said = '';
        for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += String(text)));
        child.once('close', (code) =>
          code === 0 ? resolve(said) : reject(new Error(`${command} (${code}):\n${said}`)),
        );
      }),
    close: async () => {
      for (const child of children) {
        if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
        await end(child);
      }
    },
  };
};

/** One kind each run of `npm test`, all of them from WASL_ROUNDS=2 on, as in `.ci/run`. */
const KINDS = Number(process.env.WASL_ROUNDS ?? 1) > 1 ? SOURCE_KINDS : SOURCE_KINDS.slice(0, 1);

describe.each(KINDS)('an agency whose register is %s', { timeout: 300_000 }, (kind) => {
  it('goes from an empty folder to its first verified document, in eight commands and less than ten minutes', async () => {
    const agency = `land-${kind}`;
    const document = `${agency}.register-extract`;
    const folder = await mkdtemp(join(home, `${kind}-`));
    const project = join(folder, 'lands');
    const databaseUrl = await postgres.createDatabase();
    const { typed, run, start, close } = terminal(folder, {
      DATABASE_URL: databaseUrl,
      WASL_OPS_LISTEN: '127.0.0.1:0',
    });
    const operator = ['--as', layout.operator];
    const names = ['--name-en', 'Land Register (example)', '--name-ar', 'سجل الأراضي (مثال)'];
    const { invitation } = await others('agency', 'invite', agency, ...names, ...operator);
    const began = Date.now();
    try {
      await run(`wasl new adapter lands --source ${kind} --agency ${agency}`);
      expect(await run(`wasl join ${invitation} --dir lands/identity`)).toContain('two people guard');
      await run('npm install --prefer-offline --no-audit --no-fund && npm test', project);
      if (kind === 'postgres') await writeFile(join(project, 'register.url'), databaseUrl, { mode: 0o600 });
      await prepareSample(kind, project, start, typed);
      expect(await run('wasl conform', project)).toMatch(/The adapter conforms/);
      await run(`wasl schema publish schemas/${document}.v1.json`, project);
      const adapter = start('npm start', project);
      const report = join(project, `${agency}-readiness.jws`);
      const recorded = await run(`wasl conform --for-record --person staff-${kind}-7`, project);
      expect(recorded).toContain(report);
      await others('agency', 'activate', agency, '--report', report, ...operator);

      const asker = layout.agency(REQUESTER);
      const terms = await others('agreement', 'template', document, '--as', asker, '--purpose', 'check-entry');
      // What the form cannot know, the requester's data officer writes.
      const written = {
        legalBasis: { en: 'Land Law (example), article 4', ar: 'قانون الأراضي (مثال)، المادة ٤' },
        purposes: [{ purpose: 'check-entry', title: { en: 'Check an entry', ar: 'التحقق من قيد' } }],
      };
      await writeFile(join(home, `${kind}.json`), JSON.stringify({ ...terms, ...written }));
      await others('agreement', 'draft', join(home, `${kind}.json`), '--as', asker);
      expect(await run(`wasl agreement accept ${terms.id}`, project)).toContain('check-entry');
      await others('agreement', 'approve', terms.id, ...operator);

      const { ops } = JSON.parse(await lineOf(adapter, /"ops":/));
      await until(async () => (await fetch(`http://${ops}/readyz`)).ok, 20_000);
      const asked = ['--as', REQUESTER, '--from', agency, '--document', document, '--purpose', 'check-entry'];
      const ask = (subject: string) => waslJson('request', '--data', layout.root, ...asked, '--subject', subject);
      await until(async () => (await ask('0009991001')).code === 0, 20_000);
      const found = await ask('0009991001');
      const took = Date.now() - began;
      expect(found.json.document).toMatchObject({ entryNumber: 'R-1001', nationalNumber: '0009991001' });
      expect((await ask('0009999999')).json.code).toBe('no-such-record');
      process.stderr.write(
        `[${kind}] ${typed.length} commands, ${Math.round(took / 1000)} s to the first verified document\n`,
      );
      expect(typed.length, typed.join('\n')).toBeLessThanOrEqual(COMMANDS_AT_MOST);
      expect(took).toBeLessThan(WITHIN_MS);
      expect(await readFile(join(project, 'README.md'), 'utf8')).toContain(agency);
    } finally {
      await close();
    }
  });
});

/** What stands for the agency's own register, which is there before anybody joins a bus: not counted among the commands. */
const prepareSample = async (
  kind: (typeof SOURCE_KINDS)[number],
  project: string,
  start: (command: string, cwd: string) => ChildProcess,
  typed: string[],
): Promise<void> => {
  if (kind === 'csv') await done(start('node dist/csv/write-manifest.js sample/csv', project));
  if (kind === 'postgres') await done(start('npm run sample', project));
  if (kind === 'rest') await lineOf(start('node dist/rest/serve-sample.js 7481', project), /answers at/);
  typed.pop();
};

const done = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))));
  });
