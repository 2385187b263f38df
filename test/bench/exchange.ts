import { meter } from './cpu.ts';
import { figure, median, percentile, type Scenario } from './figures.ts';
import type { Loader } from './loader.ts';
import type { Loaded, What } from './processes/load.ts';
import type { World } from './world.ts';

export const CALLERS = 64;
export const SMALL = 2_000;
/** Five rounds; under a second there is nothing to compare. */
const roundsOf = (seconds: number): number => (seconds < 1 ? 1 : 5);
/** What the issue asks for. */
const TARGET = { perGatewaySecond: 1_500 };
const WAYS = ['direct', 'relay', 'floor', 'exchange'] as const;
type Way = (typeof WAYS)[number];

export interface Rates {
  readonly scenarios: readonly Scenario[];
  /** The median of the exchange's rounds. */
  readonly perSecond: number;
  /** Group commits of evidence for one exchange. */
  readonly commits: number;
}

/** The whole exchange with 64 in flight, in five rounds; with yardsticks, each round has a window of every one of them beside it. */
export const measureRates = async (
  world: World,
  yard: Loader | undefined,
  seconds: number,
  say: (text: string) => void,
): Promise<Rates> => {
  const ways = WAYS.filter((way) => way === 'exchange' || yard !== undefined);
  const rampMs = Math.min(500, seconds * 500);
  let commits = 0;
  const run = (way: Way, ms: number, at: Parameters<Loader['run']>[1] = {}): Promise<Loaded> => {
    const what: What = way === 'exchange' ? { bytes: SMALL } : { bytes: SMALL, way, commits };
    const loader = way === 'exchange' || yard === undefined ? world.client : yard;
    return loader.run({ run: 'closed', callers: CALLERS, rampMs, ms, what }, at);
  };

  say(`warming up ${ways.join(', ')}, ${seconds / 2} s each`);
  const before = await world.evidence();
  await run('exchange', seconds * 500);
  const after = await world.evidence();
  commits = (after.commits - before.commits) / (after.exchanges - before.exchanges);
  for (const way of ways) if (way !== 'exchange') await run(way, seconds * 500);

  const rounds = roundsOf(seconds);
  const used = meter(world.pids);
  const rates: Record<Way, number[]> = { direct: [], relay: [], floor: [], exchange: [] };
  const windows: Loaded[] = [];
  const spentMs: Record<string, number>[] = [];
  const written = { commits: 0, entries: 0 };
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}: ${seconds / rounds} s of each`);
    for (const way of ways) {
      const from = await world.evidence();
      let spent: Record<string, number> = {};
      const closed = (): void => {
        spent = used.end();
      };
      const loaded = await run(way, (seconds * 1_000) / rounds, { opened: used.begin, closed });
      rates[way].push((loaded.count * 1000) / loaded.ms);
      if (way !== 'exchange') continue;
      const to = await world.evidence();
      written.commits += to.commits - from.commits;
      written.entries += to.entries - from.entries;
      windows.push(loaded);
      spentMs.push(Object.fromEntries(Object.entries(spent).map(([name, ms]) => [name, ms / loaded.count])));
    }
  }

  /** Rounds are beside each other in time, so each is compared with its own neighbour. */
  const against = (way: Way, yardstick: Way) => ({
    yardstick,
    ratio: median(rates[way].map((rate, round) => rate / (rates[yardstick][round] ?? Number.NaN))),
  });
  const perGatewaySecond = spentMs.map(({ gateway = Number.NaN }) => 1000 / gateway);
  const names = Object.keys(world.pids);
  return {
    perSecond: median(rates.exchange),
    commits,
    scenarios: [
      ...(yard === undefined
        ? [figure('exchange', '1/s', rates.exchange)]
        : [
            figure('direct', '1/s', rates.direct),
            figure('relay', '1/s', rates.relay, against('relay', 'direct')),
            figure('floor', '1/s', rates.floor, against('floor', 'direct')),
            figure('exchange', '1/s', rates.exchange, against('exchange', 'floor')),
            figure('exchange, beside the relay', '1/s', rates.exchange, against('exchange', 'relay')),
            figure('exchange, beside direct', '1/s', rates.exchange, against('exchange', 'direct')),
          ]),
      ...[0.5, 0.95, 0.99].map((share) =>
        figure(
          `exchange, 64 in flight, p${share * 100}`,
          'ms',
          windows.map(({ latenciesMs }) => percentile(latenciesMs, share)),
        ),
      ),
      figure('exchanges a second of gateway CPU time', '1/s', perGatewaySecond, {
        yardstick: `target ${TARGET.perGatewaySecond}/s`,
        ratio: median(perGatewaySecond) / TARGET.perGatewaySecond,
      }),
      ...names.map((name) =>
        figure(
          `CPU time an exchange, ${name}`,
          'ms',
          spentMs.map((of) => of[name] ?? Number.NaN),
        ),
      ),
      figure(
        'CPU time an exchange, all',
        'ms',
        spentMs.map((of) => Object.values(of).reduce((sum, ms) => sum + ms, 0)),
      ),
      figure('evidence entries in a group commit', '1', [written.entries / written.commits]),
      figure('exchanges that did not end in a document', '1', [
        windows.reduce((sum, { failures }) => sum + Object.values(failures).reduce((all, count) => all + count, 0), 0),
      ]),
    ],
  };
};
