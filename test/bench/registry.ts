import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { figure, type Scenario } from './figures.ts';
import { scriptOf } from './loader.ts';
import { type Size, writeRegistry } from './registry-texts.ts';

interface Loaded {
  readonly loadMs: number;
  readonly cpuMs: number;
  readonly megabytes: number;
  readonly residentMegabytes: number;
  readonly megabytesOfText: number;
  readonly decisions: readonly number[];
  readonly firstAskMs: number;
  readonly toldMs: number;
}

const ROUNDS = 3;
const DECIDED_UNDER = 10_000;

/** How long a gateway takes to load a registry of that size, what it then holds, and how fast it decides under 10,000 of its agreements. */
export const measureRegistry = async (size: Size, say: (text: string) => void): Promise<readonly Scenario[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'wasl-bench-registry-'));
  const file = join(folder, 'registry.jsonl');
  const loads: Loaded[] = [];
  try {
    say(
      `signing a registry of ${size.agencies} agencies, ${size.documentTypes} document types, ${size.agreements} agreements`,
    );
    const { authority, audit, asks } = await writeRegistry(file, size);
    const asked = join(folder, 'asks.json');
    await writeFile(asked, JSON.stringify(asks.slice(0, DECIDED_UNDER)));
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`loading it, ${round} of ${ROUNDS}`);
      const args = ['--expose-gc', scriptOf('registry'), file, asked, authority, audit];
      loads.push(JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as Loaded);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const of = (name: string, unit: string, pick: (loaded: Loaded) => number): Scenario =>
    figure(name, unit, loads.map(pick));
  const load = of('a registry loads in a gateway', 'ms', ({ loadMs }) => loadMs);
  const resident = of('by so much its resident memory has grown', 'MB', (loaded) => loaded.residentMegabytes);
  const decided = figure(
    'decisions on one core',
    '1/s',
    loads.flatMap(({ decisions }) => decisions),
  );
  return [
    { ...load, yardstick: '2,000 ms', ratio: load.value / 2_000 },
    of('its CPU time', 'ms', ({ cpuMs }) => cpuMs),
    { ...resident, yardstick: '200 MB', ratio: resident.value / 200 },
    of('of that in use, on the heap and beside it', 'MB', ({ megabytes }) => megabytes),
    of('the texts of its records, as they came', 'MB', ({ megabytesOfText }) => megabytesOfText),
    of('an agreement, when it is first asked for', 'ms', ({ firstAskMs }) => firstAskMs),
    of('the records of one agency for its kit', 'ms', ({ toldMs }) => toldMs),
    { ...decided, yardstick: '200,000/s', ratio: decided.value / 200_000 },
  ];
};
