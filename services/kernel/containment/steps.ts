import { WaslError } from '../codes.ts';

/** What a check may still do, counted in steps, never in time. */
export interface Steps {
  /** Throws `schema-check-exhausted` when nothing is left. */
  spend(count?: number): void;
  readonly spent: () => number;
}

export const countSteps = (limit: number): Steps => {
  let spent = 0;
  return {
    spend: (count = 1) => {
      spent += count;
      if (spent > limit) throw new WaslError('schema-check-exhausted', { limit });
    },
    spent: () => spent,
  };
};
