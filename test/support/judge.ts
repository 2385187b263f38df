import { expect } from 'vitest';
import { type ReadEntry, readCopy, readEntries } from '../../services/cli/evidence.ts';
import { requestsOf } from '../../services/kernel/evidence.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import type { Exchange } from './exchange.ts';

export interface Judged {
  readonly entries: readonly ReadEntry[];
  readonly requested: ReadonlySet<string>;
  readonly answered: ReadonlySet<string>;
}

/**
 * Reads the evidence as it stands and holds it to what no fault may break: every batch signed and every chain whole, for each delivered
 * document both its entries, and no more calls of a handler than entries `requested`.
 */
export const judge = async (
  bus: Bus,
  exchange: Exchange,
  { delivered, calls }: { readonly delivered: readonly string[]; readonly calls: number },
): Promise<Judged> => {
  const entries = await readEntries(bus, await readCopy(bus, exchange.layout));
  expect(entries.filter(({ signature, chain }) => signature !== 'good' || chain !== 'whole')).toEqual([]);
  const idsOf = (kind: string): Set<string> =>
    new Set(entries.flatMap(({ entry: { body } }) => (body.kind === kind ? requestsOf(body) : [])));
  const [requested, answered] = [idsOf('requested'), idsOf('answered')];
  expect(delivered.filter((id) => !requested.has(id) || !answered.has(id))).toEqual([]);
  expect(calls).toBeLessThanOrEqual(requested.size);
  return { entries, requested, answered };
};
