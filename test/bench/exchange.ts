import { meter } from './cpu.ts';
import { figure, percentile, type Scenario } from './figures.ts';
import type { World } from './world.ts';

const CALLERS = 64;
const BYTES = 2_000;
const ROUNDS = 5;

export const measureExchange = async (
  world: World,
  seconds: number,
  say: (text: string) => void,
): Promise<readonly Scenario[]> => {
  const ms = (seconds * 1_000) / ROUNDS;
  const load = { callers: CALLERS, bytes: BYTES };
  say('warming up');
  await world.client.run({ run: 'closed', ...load, rampMs: 0, ms: seconds * 500 });
  const used = meter(world.pids);
  const rates: number[] = [];
  const p50: number[] = [];
  const p95: number[] = [];
  const spentMs: Record<string, number>[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    let spent: Record<string, number> = {};
    const loaded = await world.client.run(
      { run: 'closed', ...load, rampMs: 500, ms },
      { opened: used.begin, closed: () => (spent = used.end()) },
    );
    say(
      `round ${round}: ${loaded.count} exchanges, settled in ${loaded.settleMs.toFixed(0)} ms ${JSON.stringify(loaded.failures)}`,
    );
    rates.push((loaded.count * 1000) / loaded.ms);
    p50.push(percentile(loaded.latenciesMs, 0.5));
    p95.push(percentile(loaded.latenciesMs, 0.95));
    spentMs.push(Object.fromEntries(Object.entries(spent).map(([name, all]) => [name, all / loaded.count])));
  }
  return [
    figure('verified exchanges, 64 in flight', '1/s', rates),
    figure('time to a document, 64 in flight, p50', 'ms', p50),
    figure('time to a document, 64 in flight, p95', 'ms', p95),
    figure(
      'exchanges a second of gateway processor time',
      '1/s',
      spentMs.map(({ gateway = 0 }) => 1000 / gateway),
    ),
    ...Object.keys(world.pids).map((name) =>
      figure(
        `processor time an exchange, ${name}`,
        'ms',
        spentMs.map((of) => of[name] ?? 0),
      ),
    ),
  ];
};
