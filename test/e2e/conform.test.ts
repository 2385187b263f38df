import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DIST, WASL } from '../support/built.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wasl-conform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ADAPTER = (body: string): string => `
import { existsSync } from 'node:fs';
import { adapterSettings, readSettings, runAdapter, SourceUnavailable } from '${DIST}/adapters/kit/index.js';
const card = { cardNumber: 'R-17', branch: 'Irbid' };
const handler = async ({ subject }) => {
  ${body}
  if (subject.value !== '17') return { kind: 'not-found' };
  return { kind: 'found', document: { asOf: new Date().toISOString(), ...card } };
};
const settings = await readSettings(adapterSettings, { env: process.env });
const adapter = await runAdapter({ settings, handlers: { 'library.card': handler }, ping: async () => undefined });
process.once('SIGTERM', () => void adapter.stop());
`;
const DOWN = `if (existsSync('down')) throw new SourceUnavailable(5_000);`;
const text = { type: 'string', minLength: 1 };
const SCHEMA = {
  type: 'object',
  required: ['asOf', 'branch', 'cardNumber'],
  'x-subject-schemes': { 'jo:reader-number': { pattern: '^[0-9]+$' } },
  properties: { asOf: { type: 'string', format: 'date-time' }, branch: text, cardNumber: text },
};
const project = (adapter: string, changed: object = {}): void => {
  writeFileSync(join(folder, 'adapter.mjs'), adapter);
  writeFileSync(join(folder, 'card.json'), JSON.stringify(SCHEMA));
  const conformance = {
    ...{ documentType: 'library.card', schema: 'card.json', subject: '17', unknownSubject: '18' },
    ...{ run: 'node adapter.mjs', sourceDown: 'touch down', sourceUp: 'rm down' },
    ...changed,
  };
  writeFileSync(join(folder, 'conformance.json'), JSON.stringify(conformance));
};
interface Conformed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How long it stayed after it had told the result, ms. */
  readonly stayedMs: number;
}
const conform = (...args: readonly string[]): Promise<Conformed> =>
  new Promise((resolve) => {
    let toldMs = 0;
    const child = execFile(process.execPath, [WASL, 'conform', ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr, stayedMs: performance.now() - toldMs }),
    );
    child.stdout?.on('data', () => {
      toldMs = performance.now();
    });
  });

test('in a project with a conformance.json one command rehearses everything, and leaves nothing behind', async () => {
  project(ADAPTER(DOWN));
  const { code, stdout, stderr, stayedMs } = await conform('--json');
  const { ready, results, rehearsal } = JSON.parse(stdout);
  const others = results.filter(({ verdict }: { verdict: string }) => verdict !== 'passed');
  expect(others).toMatchObject([{ check: 'events', verdict: 'not-applicable' }]);
  expect([code, ready, rehearsal]).toEqual([0, true, true]);
  expect(stayedMs).toBeLessThan(5_000);
  // Each check is told as it ends.
  expect(stderr.match(/✓/g)).toHaveLength(results.length - 1);
  expect([existsSync(join(folder, 'identity')), existsSync(join(folder, 'journal'))]).toEqual([false, false]);
}, 60_000);

test('what fails is said with how to mend it, in both languages, and the exit code is that of a refusal', async () => {
  project(ADAPTER(`if (existsSync('down')) return { kind: 'not-found' };`));
  const { code, stdout, stderr } = await conform('--check', 'source-down');
  expect(code).toBe(3);
  expect(stdout).toMatch(/✗ While the source system is down/);
  expect(stdout).toMatch(
    /The answer was not-found \(no-such-record\); unavailable \(source-unavailable\) was expected/,
  );
  expect(stdout).toMatch(/How to mend it: Throw SourceUnavailable/);
  expect(stdout).toMatch(/الإصلاح: /);
  expect(stderr).toMatch(/\(not-conformant\)/);
}, 60_000);

test('an adapter that does not start is not waited for, and the last that it wrote is shown', async () => {
  project('throw new Error("the register is not configured");');
  const { code, stderr } = await conform();
  expect(code).toBe(3);
  expect(stderr).toMatch(/the register is not configured/);
}, 30_000);

test.each<[string, object, RegExp]>([
  ['a document type', { documentType: undefined }, /--document is needed, or documentType in conformance.json/],
  ['a known subject', { subject: undefined }, /--subject is needed/],
  ['a schema that is there', { schema: 'other.json' }, /other.json cannot be read/],
  ['no member that nobody knows', { speed: 'high' }, /unknown member/],
])('it asks for %s', async (_, changed, sentence) => {
  project(ADAPTER(''), changed);
  const { code, stderr } = await conform();
  expect(code).not.toBe(0);
  expect(stderr).toMatch(sentence);
});

test('a conformance.json that cannot be read is named, and not taken for none', async () => {
  mkdirSync(join(folder, 'conformance.json'));
  const { code, stderr } = await conform('--document', 'library.card');
  expect(code).toBe(2);
  expect(stderr).toMatch(/conformance\.json cannot be read/);
});
