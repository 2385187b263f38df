import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { DIST } from '../support/built.ts';
import type { Scenario } from './figures.ts';
import { groupSelfTime } from './profile-groups.ts';

test('a short bench delivers documents, and prints the machine and its scenarios as one JSON object', async () => {
  const main = join(DIST, 'test', 'bench', 'main.js');
  const args = [main, 'exchange', '--seconds', '0.3', '--floor', '--profile', '--json'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  const { machine, scenarios } = JSON.parse(stdout) as { machine: object; scenarios: readonly Scenario[] };
  expect(machine).toMatchObject({ cores: expect.any(Number), node: process.version });
  for (const scenario of scenarios) {
    const { name, value, unit, yardstick, ratio, spread } = scenario;
    expect(Object.keys(scenario)).toEqual(['name', 'value', 'unit', 'yardstick', 'ratio', 'spread']);
    expect([typeof name, typeof unit, typeof yardstick, typeof value]).toEqual([
      'string',
      'string',
      'string',
      'number',
    ]);
    expect(ratio === null || typeof ratio === 'number').toBe(true);
    expect(spread).toHaveLength(2);
  }
  const figure = (name: string): Scenario | undefined => scenarios.find((scenario) => scenario.name === name);
  expect(figure('exchange')).toMatchObject({ unit: '1/s', yardstick: 'floor' });
  expect(figure('exchange')?.value).toBeGreaterThan(0);
  expect(figure('exchanges that did not end in a document')?.value).toBe(0);
  expect(figure('floor: all operations of an exchange')?.value).toBeGreaterThan(100);
  expect(stderr).toMatch(/^signatures +\d/m);
}, 90_000);

test('a profile’s time goes to the innermost kind of work of each stack, and idling to none', () => {
  const frame = (id: number, functionName: string, url: string, children: number[]) => ({
    id,
    callFrame: { functionName, url },
    children,
  });
  const nodes = [
    frame(1, '(root)', '', [2, 5]),
    frame(2, 'request', 'file:///dist/adapters/kit/client.js', [3]),
    frame(3, 'signOneShot', 'node:internal/crypto/sig', [4]),
    frame(4, 'sign', '', []),
    frame(5, '(idle)', '', []),
  ];
  const work = groupSelfTime({ nodes, samples: [4, 2, 5, 5], timeDeltas: [0, 3_000, 2_000, 1_000] });
  expect(work).toEqual({ signatures: 3, 'our own code beside these': 2 });
});

test('a short bench of the registry loads it, holds it, decides under it and changes it', async () => {
  const main = join(DIST, 'test', 'bench', 'main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'registry', '--agreements', '500', '--json']);
  const { scenarios } = JSON.parse(stdout) as { scenarios: readonly Scenario[] };
  expect(scenarios).toHaveLength(10);
  expect(scenarios.filter(({ value }) => value <= 0)).toEqual([]);
}, 90_000);
