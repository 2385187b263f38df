import { cpus, totalmem } from 'node:os';

/** One figure: its unit, the yardstick measured in the same run, the ratio to it, and the least and most of the rounds. */
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

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
};
export const spreadOf = (values: readonly number[]): readonly [number, number] =>
  values.length === 0 ? [0, 0] : [Math.min(...values), Math.max(...values)];

/** The median of some rounds as a figure. */
export const figure = (
  name: string,
  unit: string,
  rounds: readonly number[],
  against?: { readonly yardstick: string; readonly ratio: number },
): Scenario => ({
  name,
  value: median(rounds),
  unit,
  yardstick: against?.yardstick ?? 'none',
  ratio: against?.ratio ?? null,
  spread: spreadOf(rounds),
});

const number = (value: number): string =>
  value >= 1_000 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(3);

/** The figures as lines for a person. */
export const tableOf = (scenarios: readonly Scenario[]): string => {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios
    .map(({ name, value, unit, yardstick, ratio, spread: [least, most] }) => {
      const spread = least === most ? '' : `${number(least)} – ${number(most)}`;
      const against = ratio === null ? '' : `${ratio.toFixed(2)} of ${yardstick}`;
      return `${name.padEnd(width)}  ${number(value).padStart(8)} ${unit.padEnd(6)} ${spread.padEnd(18)} ${against}`.trimEnd();
    })
    .join('\n');
};
