import { cpus, totalmem } from 'node:os';

/** One figure: its unit, the yardstick measured in the same run, the ratio to it, and the least and most of the windows. */
export interface Scenario {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly yardstick: string;
  readonly ratio: number | null;
  readonly spread: readonly [number, number];
}

export const machine = (): object => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
});

export interface Window {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
}

/** A closed loop: so many callers, each asking again as soon as it is answered, for so long. */
export const closedLoop = async (callers: number, ms: number, call: () => Promise<void>): Promise<Window> => {
  const latenciesMs: number[] = [];
  const started = performance.now();
  const until = started + ms;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < until) {
        const asked = performance.now();
        await call();
        latenciesMs.push(performance.now() - asked);
      }
    }),
  );
  return { perSecond: (latenciesMs.length * 1000) / (performance.now() - started), latenciesMs };
};

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

export const median = (values: readonly number[]): number => percentile(values, 0.5);
export const spreadOf = (values: readonly number[]): readonly [number, number] => [
  Math.min(...values),
  Math.max(...values),
];
