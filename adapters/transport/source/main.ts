import { DEFAULT_SEED, generatePopulation } from '../../population/index.ts';
import { startTransportSource } from './server.ts';

// WASL_TRANSPORT_SOURCE_PORT: loopback port, 0 for any free one. WASL_POPULATION_SEED: which invented population.
function number(name: string, fallback: number): number {
  const text = process.env[name];
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is not a whole number`);
  return value;
}

const source = await startTransportSource({
  port: number('WASL_TRANSPORT_SOURCE_PORT', 0),
  population: generatePopulation(number('WASL_POPULATION_SEED', DEFAULT_SEED)),
});
process.stdout.write(`${JSON.stringify({ listening: source.url })}\n`);

const stop = (): void => {
  source.stop().then(() => process.exit(0));
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
// Started with a channel, it outlives nobody: whoever started it is gone, and would start another.
process.once('disconnect', stop);
