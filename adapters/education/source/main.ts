import { populationOf, serveUntilTold } from '../../population/stand-in.ts';
import { openExporter } from './exporter.ts';

// WASL_EDUCATION_EXPORTS: the folder that the exports are written into.
// A file `late` or `half` put into the folder makes the export late or half written; taken away, a fresh one arrives.
const folder = process.env.WASL_EDUCATION_EXPORTS;
if (folder === undefined || folder === '') throw new RangeError('WASL_EDUCATION_EXPORTS is missing');

const STEP_MS = 500;
const exporter = await openExporter({ folder, population: populationOf(process.env) });
await exporter.step();

let stepping: Promise<void> = Promise.resolve();
const timer = setInterval(() => {
  stepping = stepping.then(exporter.step).catch((error: unknown) => {
    process.stderr.write(`${JSON.stringify({ error: String(error) })}\n`);
  });
}, STEP_MS);
serveUntilTold({ exporting: folder }, () => {
  clearInterval(timer);
  return stepping;
});
