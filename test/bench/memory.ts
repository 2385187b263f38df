import { residentMb } from './cpu.ts';
import { CALLERS, SMALL } from './exchange.ts';
import { figure, type Scenario } from './figures.ts';
import type { World } from './world.ts';

const STEP = 5_000;
const TARGET = { megabytes: 300, growth: 1.1 };
const PARTS = ['gateway', 'provider', 'client'] as const;

/** Resident sizes after a fifth of so many exchanges and after all of them. */
export const measureMemory = async (
  world: World,
  exchanges: number,
  say: (text: string) => void,
): Promise<readonly Scenario[]> => {
  const sizes = (): number[] => PARTS.map((name) => residentMb(world.pids[name]));
  const first = exchanges / 5;
  let early: number[] = [];
  const from = performance.now();
  for (let done = 0; done < exchanges; ) {
    const calls = Math.min(STEP, done < first ? first - done : exchanges - done);
    const { failures } = await world.client.run({ run: 'count', callers: CALLERS, calls, what: { bytes: SMALL } });
    if (Object.keys(failures).length > 0) say(`not delivered: ${JSON.stringify(failures)}`);
    done += calls;
    if (done === first) early = sizes();
    const left = ((performance.now() - from) / done) * (exchanges - done);
    const shown = sizes().map((size, at) => `${PARTS[at]} ${size.toFixed(0)} MB`);
    say(`${done} of ${exchanges} exchanges; ${shown.join(', ')}; ${(left / 1000).toFixed(0)} s to go`);
  }
  const late = sizes();
  return PARTS.flatMap((name, at) => {
    const [before = Number.NaN, after = Number.NaN] = [early[at], late[at]];
    return [
      figure(`${name}, resident after ${first} exchanges`, 'MB', [before]),
      figure(`${name}, resident after ${exchanges} exchanges`, 'MB', [after], {
        yardstick: `that (target at most ${TARGET.growth}, and under ${TARGET.megabytes} MB)`,
        ratio: after / before,
      }),
    ];
  });
};
