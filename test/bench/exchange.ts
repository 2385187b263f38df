import { meter } from './cpu.ts';
import { figure, median, percentile, type Scenario } from './figures.ts';
import type { Shares } from './floor/operations.ts';
import type { Loader } from './loader.ts';
import type { Loaded, What } from './processes/load.ts';
import type { Evidence, World } from './world.ts';
import type { Yardsticks } from './yardsticks.ts';

export const CALLERS = 64;
export const SMALL = 2_000;
/** What the issue asks for. */
const TARGET = { perGatewaySecond: 1_500 };
/** Five rounds; under a second there is nothing to compare. */
const roundsOf = (seconds: number): number => (seconds < 1 ? 1 : 5);
const WAYS = ['direct', 'relay', 'floor', 'exchange'] as const;
type Way = (typeof WAYS)[number];

export interface Rates {
  readonly scenarios: readonly Scenario[];
  /** The median of the exchange's rounds. */
  readonly perSecond: number;
  readonly shares: Shares;
}

/** One window of one way: how fast, and what each process spent on a call. */
interface Round {
  readonly perSecond: number;
  readonly loaded: Loaded;
  readonly cpuMs: Readonly<Record<string, number>>;
}

/** Beside its two own entries an exchange has a share in that of an acknowledgement. */
const sharesOf = (from: Evidence, to: Evidence): Shares => {
  const each = (count: keyof Evidence): number => (to[count] - from[count]) / (to.exchanges - from.exchanges);
  return { exchange: 1, commit: each('commits'), acknowledgement: Math.max(0, each('entries') - 2) };
};

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const allCpu = ({ cpuMs }: Round): number => sum(Object.values(cpuMs));

/** The whole exchange with 64 in flight, in five rounds; with yardsticks, each round has a window of every one of them beside it. */
export const measureRates = async (
  world: World,
  yard: Yardsticks | undefined,
  /** `warm`: of the exchange before anything is measured, whose code is many times that of its yardsticks. */
  { seconds, warm }: { readonly seconds: number; readonly warm: number },
  say: (text: string) => void,
): Promise<Rates> => {
  const ways = WAYS.filter((way) => way === 'exchange' || yard !== undefined);
  const rampMs = Math.min(500, seconds * 500);
  let shares: Shares = { exchange: 1, commit: 0, acknowledgement: 0 };
  const window = async (way: Way, ms: number): Promise<Round> => {
    const { client, pids }: { client: Loader; pids: Readonly<Record<string, number>> } =
      way === 'exchange' || yard === undefined ? world : yard;
    const used = meter(pids);
    let cpu: Record<string, number> = {};
    const closed = (): void => {
      cpu = used.end();
    };
    const what: What = way === 'exchange' ? { bytes: SMALL } : { bytes: SMALL, way, shares };
    const order = { run: 'closed', callers: CALLERS, rampMs, ms, what } as const;
    const loaded = await client.run(order, { opened: used.begin, closed });
    const cpuMs = Object.fromEntries(Object.entries(cpu).map(([name, spent]) => [name, spent / loaded.count]));
    return { perSecond: (loaded.count * 1000) / loaded.ms, loaded, cpuMs };
  };

  say(`warming up: ${warm} s the exchange${ways.length > 1 ? `, ${seconds / 2} s each of its yardsticks` : ''}`);
  const before = await world.evidence();
  await window('exchange', warm * 1_000);
  const warmed = await world.evidence();
  shares = sharesOf(before, warmed);
  for (const way of ways) if (way !== 'exchange') await window(way, seconds * 500);

  const rounds = roundsOf(seconds);
  const of: Record<Way, Round[]> = { direct: [], relay: [], floor: [], exchange: [] };
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}: ${seconds / rounds} s of each`);
    for (const way of ways) of[way].push(await window(way, (seconds * 1_000) / rounds));
  }
  const after = await world.evidence();

  const rates = (way: Way): number[] => of[way].map(({ perSecond }) => perSecond);
  /** Rounds are beside each other in time, so each is compared with its own neighbour. */
  const against = (way: Way, yardstick: Way, value: (round: Round) => number) => ({
    yardstick,
    ratio: median(of[way].map((one, at) => value(one) / value(of[yardstick][at] as Round))),
  });
  const rate = ({ perSecond }: Round): number => perSecond;
  const perGatewaySecond = of.exchange.map(({ cpuMs }) => 1000 / (cpuMs.gateway ?? Number.NaN));
  const failures = of.exchange.map(({ loaded }) => sum(Object.values(loaded.failures)));
  const beside =
    yard === undefined
      ? [figure('exchange', '1/s', rates('exchange'))]
      : [
          figure('direct', '1/s', rates('direct')),
          figure('relay', '1/s', rates('relay'), against('relay', 'direct', rate)),
          figure('floor', '1/s', rates('floor'), against('floor', 'direct', rate)),
          figure('exchange', '1/s', rates('exchange'), against('exchange', 'floor', rate)),
          figure('exchange, beside the relay', '1/s', rates('exchange'), against('exchange', 'relay', rate)),
          figure('exchange, beside direct', '1/s', rates('exchange'), against('exchange', 'direct', rate)),
        ];
  return {
    perSecond: median(rates('exchange')),
    shares,
    scenarios: [
      ...beside,
      ...[0.5, 0.95, 0.99].map((share) =>
        figure(
          `exchange, 64 in flight, p${share * 100}`,
          'ms',
          of.exchange.map(({ loaded }) => percentile(loaded.latenciesMs, share)),
        ),
      ),
      figure('exchanges a second of gateway CPU time', '1/s', perGatewaySecond, {
        yardstick: `target ${TARGET.perGatewaySecond}/s`,
        ratio: median(perGatewaySecond) / TARGET.perGatewaySecond,
      }),
      ...Object.keys(world.pids).map((name) =>
        figure(
          `CPU time an exchange, ${name}`,
          'ms',
          of.exchange.map(({ cpuMs }) => cpuMs[name] ?? Number.NaN),
        ),
      ),
      ...(yard === undefined
        ? [figure('CPU time an exchange, all', 'ms', of.exchange.map(allCpu))]
        : [
            figure('CPU time of the relay, all', 'ms', of.relay.map(allCpu)),
            figure('CPU time of the floor, all', 'ms', of.floor.map(allCpu), against('floor', 'relay', allCpu)),
            figure('CPU time an exchange, all', 'ms', of.exchange.map(allCpu), against('exchange', 'floor', allCpu)),
          ]),
      figure('evidence entries in a group commit', '1', [
        (after.entries - warmed.entries) / (after.commits - warmed.commits),
      ]),
      figure('exchanges that did not end in a document', '1', [sum(failures)]),
    ],
  };
};
