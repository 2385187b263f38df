import { DEFAULT_SEED, generatePopulation } from '../../population/index.ts';
import { openExporter } from './exporter.ts';

// WASL_EDUCATION_EXPORTS: the folder that the exports are written into. WASL_POPULATION_SEED: which invented population.
// A file `late` or `half` put into the folder makes the export late or half written; taken away, a fresh one arrives.
const folder = process.env.WASL_EDUCATION_EXPORTS;
if (folder === undefined || folder === '') throw new RangeError('WASL_EDUCATION_EXPORTS is missing');
const seed = Number(process.env.WASL_POPULATION_SEED ?? DEFAULT_SEED);
if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError('WASL_POPULATION_SEED is not a whole number');

const STEP_MS = 500;
const exporter = await openExporter({ folder, population: generatePopulation(seed) });
await exporter.step();
process.stdout.write(`${JSON.stringify({ exporting: folder })}\n`);

let stepping: Promise<void> = Promise.resolve();
const timer = setInterval(() => {
  stepping = stepping.then(exporter.step).catch((error: unknown) => {
    process.stderr.write(`${JSON.stringify({ error: String(error) })}\n`);
  });
}, STEP_MS);
const stop = (): void => {
  clearInterval(timer);
  stepping.then(() => process.exit(0));
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
// Started with a channel, it outlives nobody: whoever started it is gone, and would start another.
process.once('disconnect', stop);
