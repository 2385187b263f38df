import { figure, type Scenario } from './figures.ts';
import type { World } from './world.ts';

/** Sizes of documents, and how many are in flight of each. */
const SIZES = [
  { name: '2 kB', bytes: 2_000, callers: 64 },
  { name: '10 kB', bytes: 10_000, callers: 64 },
  { name: '100 kB', bytes: 100_000, callers: 16 },
  { name: '2 MB', bytes: 2_000_000, callers: 4 },
  { name: '10 MB', bytes: 10_000_000, callers: 2 },
];

/** Exchanges of documents of several sizes: how many a second, and how many megabytes of documents. */
export const sweepSizes = async (
  world: World,
  seconds: number,
  say: (text: string) => void,
): Promise<readonly Scenario[]> => {
  const scenarios: Scenario[] = [];
  for (const { name, bytes, callers } of SIZES) {
    say(`documents of ${name}, ${callers} in flight`);
    const what = { bytes };
    const { count, ms, failures } = await world.client.run({
      run: 'closed',
      callers,
      rampMs: seconds * 300,
      ms: seconds * 600,
      what,
    });
    if (Object.keys(failures).length > 0) say(`not delivered: ${JSON.stringify(failures)}`);
    scenarios.push(figure(`documents of ${name}, ${callers} in flight`, '1/s', [(count * 1000) / ms]));
    scenarios.push(
      figure(`documents of ${name}, ${callers} in flight, carried`, 'MB/s', [(count * bytes) / ms / 1000]),
    );
  }
  return scenarios;
};
