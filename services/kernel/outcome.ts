import type { Kind } from './code-row.ts';

/** Exit code of a command by how it ended. */
export const EXIT_CODES = {
  delivered: 0,
  failure: 1,
  usage: 2,
  refused: 3,
  'not-found': 4,
  deferred: 5,
  unavailable: 6,
} as const satisfies Record<Kind | 'delivered', number>;

export const exitCodeOf = (end: Kind | 'delivered'): number => EXIT_CODES[end];
