import { setImmediate as turn } from 'node:timers/promises';
import type { Kit } from '../../adapters/kit/index.ts';
import { ASK } from './asks.ts';

/** How one request under a load ended. */
export interface Ended {
  readonly atMs: number;
  readonly outcome: string;
  readonly code: string;
  /** Empty unless a document was delivered. */
  readonly credential: string;
}

const CALLERS = 16;

/** Asks `ASK` without a pause, by 16 callers, until told to stop. */
export const load = (kit: Kit) => {
  const ends: Ended[] = [];
  let going = true;
  const caller = async (): Promise<void> => {
    while (going) {
      const end = await kit.request(ASK);
      // A kit that refuses by itself waits for nothing, and a caller that asked at once again would leave nobody a turn.
      await turn();
      const credential = end.outcome === 'delivered' ? end.credential : '';
      ends.push({ atMs: Date.now(), outcome: end.outcome, code: 'code' in end ? String(end.code) : '', credential });
    }
  };
  const callers = Array.from({ length: CALLERS }, caller);
  return {
    ends,
    delivered: () => ends.filter(({ outcome }) => outcome === 'delivered'),
    stop: async () => {
      going = false;
      await Promise.all(callers);
    },
  };
};
