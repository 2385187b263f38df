import { DEFAULT_SEED, generatePopulation } from './index.ts';
import type { Population } from './types.ts';

// What the processes have in common that stand in for a ministry's own system.

type Env = Readonly<Record<string, string | undefined>>;

export function wholeNumber(env: Env, name: string, fallback: number): number {
  const text = env[name];
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is not a whole number`);
  return value;
}

/** WASL_POPULATION_SEED: which invented population. */
export const populationOf = (env: Env): Population =>
  generatePopulation(wholeNumber(env, 'WASL_POPULATION_SEED', DEFAULT_SEED));

/** Says in one line of JSON that it serves; ends when told to. Started with a channel, it outlives nobody: whoever started it would start another. */
export function serveUntilTold(said: object, stop: () => Promise<void>): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
  const end = (): void => {
    stop().then(() => process.exit(0));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  process.once('disconnect', end);
}
