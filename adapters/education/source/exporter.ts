import { mkdir, readdir } from 'node:fs/promises';
import type { Population } from '../../population/index.ts';
import { schoolRecords } from './records.ts';
import { removeExports, writeExport, writeHalf } from './write.ts';

const DAY_MS = 24 * 3_600_000;
/** How old the newest export is while the file `late` lies in the folder. */
const LATE_MS = 2 * DAY_MS;
const KEPT = 2;

/** The school system's nightly export, as a person finds it in `folder`. */
export interface Exporter {
  /**
   * Does what the night would. With a file `late` in the folder, the newest export is two days old; with a file `half`, a newer one lies
   * there half written. Without either, a fresh export arrives: at once when one of the files has gone, else once a day.
   */
  step(): Promise<void>;
}

export interface ExporterOptions {
  readonly folder: string;
  readonly population: Population;
  readonly now?: () => number;
}

export async function openExporter({ folder, population, now = Date.now }: ExporterOptions): Promise<Exporter> {
  const records = schoolRecords(population);
  await mkdir(folder, { recursive: true });
  let mode: string | undefined;
  let exportedMs = Number.NEGATIVE_INFINITY;
  const kept: string[] = [];

  const arrive = async (): Promise<void> => {
    kept.push(await writeExport(folder, records, new Date(now())));
    kept.splice(0, kept.length - KEPT);
    await removeExports(folder, (stamp) => kept.includes(stamp));
    exportedMs = now();
  };
  const makeLate = async (): Promise<void> => {
    const old = await writeExport(folder, records, new Date(now() - LATE_MS));
    await removeExports(folder, (stamp) => stamp === old);
    kept.splice(0, kept.length, old);
  };
  return {
    step: async () => {
      const names = new Set(await readdir(folder));
      const late = names.has('late');
      const half = names.has('half');
      const next = `${late ? 'late' : ''}${half ? 'half' : ''}`;
      if (next === mode && (next !== '' || now() - exportedMs < DAY_MS)) return;
      if (late) await makeLate();
      // What is half written is newer than something: a folder that has nothing is another case.
      else if (!half || kept.length === 0) await arrive();
      // A second later at least: a stamp of its own.
      if (half) await writeHalf(folder, records, new Date(Math.max(now(), exportedMs + 1_000)));
      mode = next;
    },
  };
}
