import { readFileSync } from 'node:fs';
import { DEFAULT_SEED, generatePopulation } from '../../population/index.ts';
import { startHealthSource } from './server.ts';

// WASL_HEALTH_SOURCE_PORT: loopback port, 0 for any free one. WASL_POPULATION_SEED: which invented population.
// WASL_HEALTH_SOURCE_DOWN: a file; while it stands, every answer is 503, with the seconds in it as Retry-After.
function number(name: string, fallback: number): number {
  const text = process.env[name];
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is not a whole number`);
  return value;
}

const RETRY_AFTER_S = 30;
const switchFile = process.env.WASL_HEALTH_SOURCE_DOWN;
const away = (): number | undefined => {
  if (switchFile === undefined) return undefined;
  try {
    return Number.parseInt(readFileSync(switchFile, 'utf8'), 10) || RETRY_AFTER_S;
  } catch {
    return undefined;
  }
};

const source = await startHealthSource({
  port: number('WASL_HEALTH_SOURCE_PORT', 0),
  population: generatePopulation(number('WASL_POPULATION_SEED', DEFAULT_SEED)),
  away,
});
process.stdout.write(`${JSON.stringify({ listening: source.url })}\n`);

const stop = (): void => {
  source.stop().then(() => process.exit(0));
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
// Started with a channel, it outlives nobody: whoever started it is gone, and would start another.
process.once('disconnect', stop);
