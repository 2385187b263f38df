import { figure, type Scenario } from '../figures.ts';
import { OPERATIONS, type Operation, type Shares, type Where } from './operations.ts';
import { measureRaw, rawLabel } from './raw.ts';

const WHERE: readonly Where[] = ['client', 'relay', 'server'];

/** The operations of the floor, each with the microseconds that it took raw in this run. */
export const floorList = (shares: Shares): readonly Scenario[] => {
  const raw = measureRaw();
  const costOf = (operation: Operation): number =>
    (raw.get(rawLabel(operation.raw, operation.bytes)) ?? Number.NaN) * shares[operation.each];
  const each = OPERATIONS.map((operation) => {
    const { where, what, raw: name, each: once } = operation;
    const share = once === 'exchange' ? '' : `, ${shares[once].toFixed(3)} of one`;
    return figure(`${where}: ${what} (${name}${share})`, 'us', [costOf(operation)]);
  });
  const sums = WHERE.map((where) =>
    figure(`${where}: all`, 'us', [
      OPERATIONS.filter((operation) => operation.where === where).reduce((sum, one) => sum + costOf(one), 0),
    ]),
  );
  const all = figure('floor: all operations of an exchange', 'us', [
    OPERATIONS.reduce((sum, one) => sum + costOf(one), 0),
  ]);
  return [...each, ...sums, all];
};
