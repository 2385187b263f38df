import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { meter } from './cpu.ts';
import { groupSelfTime, WORK } from './profile-groups.ts';
import type { World } from './world.ts';

const PROFILED = ['client', 'gateway', 'provider'] as const;
const LOAD = { callers: 64, what: { bytes: 2_000 } };

/** Milliseconds of each process for one exchange: what its processor time went to, by kind of work. */
export interface Profile {
  readonly perSecond: number;
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly workMs: Readonly<Record<(typeof PROFILED)[number], Readonly<Record<string, number>>>>;
}

/** Takes V8's CPU profiles of the three processes during one window of exchanges. The profiler itself costs some speed. */
export const takeProfile = async (world: World, ms: number): Promise<Profile> => {
  const { client, pids, profileOf } = world;
  const used = meter(pids);
  const toggle = (): void => {
    for (const name of PROFILED) process.kill(pids[name], 'SIGUSR2');
  };
  let cpu: Record<string, number> = {};
  const loaded = await client.run(
    { run: 'closed', ...LOAD, rampMs: Math.min(1_000, ms), ms },
    {
      opened: () => {
        toggle();
        used.begin();
      },
      closed: () => {
        cpu = used.end();
        toggle();
      },
    },
  );
  const work: Record<string, Record<string, number>> = {};
  for (const name of PROFILED) {
    while (!existsSync(profileOf(name))) await pause(50);
    const grouped = groupSelfTime(JSON.parse(await readFile(profileOf(name), 'utf8')));
    const sampled = Object.values(grouped).reduce((sum, value) => sum + value, 0);
    // Samples also tick while the process waits for a core: what it used is what the system says.
    const share = Math.min(1, (cpu[name] ?? 0) / sampled) / loaded.count;
    work[name] = Object.fromEntries(Object.entries(grouped).map(([kind, total]) => [kind, total * share]));
    await rm(profileOf(name));
  }
  return {
    perSecond: (loaded.count * 1000) / loaded.ms,
    cpuMs: Object.fromEntries(Object.entries(cpu).map(([name, total]) => [name, total / loaded.count])),
    workMs: work as Profile['workMs'],
  };
};

/** The profile as a table for a person. */
export const profileTable = ({ perSecond, cpuMs, workMs }: Profile): string => {
  const cell = (value: number | undefined): string => (value ?? 0).toFixed(3).padStart(9);
  const row = (label: string, values: readonly (number | undefined)[]): string =>
    `${label.padEnd(38)}${values.map(cell).join('')}${cell(values.reduce<number>((sum, value) => sum + (value ?? 0), 0))}`;
  const lines = WORK.map(({ name }) =>
    row(
      name,
      PROFILED.map((of) => workMs[of][name]),
    ),
  );
  const main = PROFILED.map((of) => Object.values(workMs[of]).reduce((sum, value) => sum + value, 0));
  const rest = PROFILED.map((of, index) => Math.max(0, (cpuMs[of] ?? 0) - (main[index] ?? 0)));
  return [
    `ms of processor time an exchange, at ${perSecond.toFixed(0)}/s with the profiler on`,
    `${''.padEnd(38)}${[...PROFILED, 'sum'].map((name) => name.padStart(9)).join('')}`,
    ...lines,
    row('other threads (disk, GC, compiler)', rest),
    row(
      'all',
      PROFILED.map((of) => cpuMs[of]),
    ),
  ].join('\n');
};
