import { SMALL } from './exchange.ts';
import { figure, median, percentile, type Scenario } from './figures.ts';
import type { Loaded } from './processes/load.ts';
import type { World } from './world.ts';

const TARGET_P99_MS = 100;
const LARGE = 10 * 1024 * 1024;
const PAIRS = 3;

/** How long an exchange takes in an open loop, from the moment at which it was to be sent: at half of a rate, and beside a large one at a quarter. */
export const measureLatency = async (
  world: World,
  perSecond: number,
  seconds: number,
  say: (text: string) => void,
): Promise<readonly Scenario[]> => {
  let failed = 0;
  const heard = (loaded: Loaded): Loaded => {
    for (const [how, count] of Object.entries(loaded.failures)) {
      say(`${count} did not end in a document: ${how}`);
      failed += count;
    }
    return loaded;
  };
  const open = async (rate: number): Promise<readonly number[]> =>
    heard(await world.client.run({ run: 'open', perSecond: rate, ms: seconds * 1_000, what: { bytes: SMALL } }))
      .latenciesMs;

  const half = perSecond / 2;
  say(`open loop at ${half.toFixed(0)}/s, ${seconds} s`);
  const latencies = await open(half);
  const p99 = percentile(latencies, 0.99);

  const quarter = perSecond / 4;
  const without: number[] = [];
  const beside: number[] = [];
  const large: number[] = [];
  for (let pair = 1; pair <= PAIRS; pair += 1) {
    say(
      `open loop at ${quarter.toFixed(0)}/s, ${seconds} s alone and ${seconds} s beside one of 10 MiB: ${pair} of ${PAIRS}`,
    );
    without.push(percentile(await open(quarter), 0.99));
    const end = world.client.beside({ bytes: LARGE });
    beside.push(percentile(await open(quarter), 0.99));
    const { count, ms } = heard(await end());
    large.push((count * 1000) / ms);
  }
  const grown = beside.map((one, pair) => one / (without[pair] ?? Number.NaN));
  return [
    figure('half of that rate, open loop, p50', 'ms', [percentile(latencies, 0.5)]),
    figure('half of that rate, open loop, p95', 'ms', [percentile(latencies, 0.95)]),
    figure('half of that rate, open loop, p99', 'ms', [p99], {
      yardstick: `target ${TARGET_P99_MS} ms`,
      ratio: p99 / TARGET_P99_MS,
    }),
    figure('a quarter of that rate, open loop, p99', 'ms', without),
    figure('the same beside one of 10 MiB, p99', 'ms', beside, {
      yardstick: 'that without it (target below 2)',
      ratio: median(grown),
    }),
    figure('those of 10 MiB meanwhile', '1/s', large),
    figure('of all these, not ended in a document', '1', [failed]),
  ];
};
