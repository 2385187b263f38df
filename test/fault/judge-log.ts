import { expect } from 'vitest';
import { type ReadEntry, readCopy, readLog } from '../../services/cli/evidence.ts';
import { faultsOf } from '../../services/cli/promises.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { requestsOf } from '../../services/kernel/evidence.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import type { Exchange } from '../support/exchange.ts';

/** Reads the log as it stands. Whatever happened: nothing in it but entries, every batch signed, every chain whole. */
export const readSoundLog = async (bus: Bus, copy: RegistryCopy): Promise<readonly ReadEntry[]> => {
  const log = await readLog(bus, copy);
  expect(faultsOf(log)).toEqual([]);
  return log.entries;
};

/**
 * Holds the log alone to what no fault may break: it is sound, for each delivered document it has both its entries, and there were no more
 * calls of a handler than entries `requested`. What `judge` asks besides needs the journals of both agencies.
 */
export const judgeLog = async (
  bus: Bus,
  exchange: Exchange,
  { delivered = [], calls = 0 }: { readonly delivered?: readonly string[]; readonly calls?: number } = {},
): Promise<{
  readonly entries: readonly ReadEntry[];
  readonly requested: ReadonlySet<string>;
  readonly answered: ReadonlySet<string>;
}> => {
  const entries = await readSoundLog(bus, await readCopy(bus, exchange.layout));
  const idsOf = (kind: string): Set<string> =>
    new Set(entries.flatMap(({ entry: { body } }) => (body.kind === kind ? requestsOf(body) : [])));
  const [requested, answered] = [idsOf('requested'), idsOf('answered')];
  expect(delivered.filter((id) => !requested.has(id) || !answered.has(id))).toEqual([]);
  expect(calls).toBeLessThanOrEqual(requested.size);
  return { entries, requested, answered };
};
