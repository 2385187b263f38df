import { SMALL } from './exchange.ts';
import { figure, median, percentile, type Scenario } from './figures.ts';
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
  const open = async (rate: number): Promise<readonly number[]> =>
    (await world.client.run({ run: 'open', perSecond: rate, ms: seconds * 1_000, what: { bytes: SMALL } })).latenciesMs;

  const half = perSecond / 2;
  say(`open loop at ${half.toFixed(0)}/s, ${seconds} s`);
  const latencies = await open(half);
  const p99 = percentile(latencies, 0.99);

  const quarter = perSecond / 4;
  const without: number[] = [];
  const beside: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    say(
      `open loop at ${quarter.toFixed(0)}/s, ${seconds} s alone, ${seconds} s beside one of 10 MiB that is always in flight`,
    );
    without.push(percentile(await open(quarter), 0.99));
    const end = world.client.beside({ bytes: LARGE });
    beside.push(percentile(await open(quarter), 0.99));
    await end();
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
  ];
};
