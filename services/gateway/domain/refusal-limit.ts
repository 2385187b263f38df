import type { AgencyId } from '../../kernel/ids.ts';

/** Refusals of one identity in one second that get an entry each; the rest become one counted entry. */
export const REFUSALS_PER_SECOND = 20;

export interface RefusalCounts {
  readonly requester: AgencyId;
  readonly count: number;
  readonly codes: Readonly<Record<string, number>>;
}

/** Keeps a flood of refusals from becoming a flood of evidence, and still leaves every one of them counted in it. */
export interface RefusalLimit {
  /** True while this second's refusals of the identity get an entry each; false when this one was counted instead. */
  admit(requester: AgencyId, code: string): boolean;
  /** What was counted since the last call, to be recorded now. */
  take(): readonly RefusalCounts[];
}

export const makeRefusalLimit = (now: () => number): RefusalLimit => {
  const window = new Map<AgencyId, { second: number; used: number }>();
  const counted = new Map<AgencyId, Map<string, number>>();
  return {
    admit: (requester, code) => {
      const second = Math.floor(now() / 1000);
      const held = window.get(requester);
      const current = held?.second === second ? held : { second, used: 0 };
      window.set(requester, current);
      current.used += 1;
      if (current.used <= REFUSALS_PER_SECOND) return true;
      const codes = counted.get(requester) ?? new Map<string, number>();
      counted.set(requester, codes);
      codes.set(code, (codes.get(code) ?? 0) + 1);
      return false;
    },
    take: () => {
      const taken = [...counted].map(([requester, codes]) => ({
        requester,
        count: [...codes.values()].reduce((sum, count) => sum + count, 0),
        codes: Object.fromEntries(codes),
      }));
      counted.clear();
      return taken;
    },
  };
};
