/** Numbers that follow from a seed, so that a run can be repeated. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  upTo(below: number): number;
  chance(of: number): boolean;
  one<T>(list: readonly T[]): T;
}

/** Mulberry32: small, even enough for tests. */
export const randomOf = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (below: number): number => Math.floor(next() * below);
  return {
    upTo,
    chance: (of) => next() < of,
    one: (list) => {
      const item = list[upTo(list.length)];
      if (item === undefined && list.length === 0) throw new Error('nothing to choose from');
      return item as (typeof list)[number];
    },
  };
};
