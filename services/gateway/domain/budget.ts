/** What a gateway holds at once, at most; what is beyond is told to ask again (`gateway-busy`). */
export const LIMITS = {
  /** Requests whose calls are not over: in all, and of one agency. */
  requestsInFlight: 2_000,
  requestsOfOneAgency: 1_000,
  /** Bytes of sealed documents on their way; one agency's, as provider or requester, are at most half of them. A call of `Request`, unlike `Ask`, takes thrice that. */
  documentBytes: 128 * 1024 * 1024,
  /** Bytes of first outcomes kept for a byte-identical resend: a third for small ones, the rest for those above 64 KiB. */
  outcomeBytes: 48 * 1024 * 1024,
} as const;

export type Limits = { readonly [K in keyof typeof LIMITS]: number };

/** Something that is held for a while and of which there is only so much: places for requests, bytes of documents. */
export interface Budget {
  /**
   * Takes an amount in the name of each of these; undefined when that would pass a bound. What it returns gives the amount back, once
   * however often it is called.
   */
  take(names: readonly string[], amount: number): (() => void) | undefined;
  held(): number;
}

export const makeBudget = (most: { readonly inAll: number; readonly ofOne: number }): Budget => {
  const byName = new Map<string, number>();
  let all = 0;
  const add = (names: readonly string[], amount: number): void => {
    all += amount;
    for (const name of names) {
      const held = (byName.get(name) ?? 0) + amount;
      if (held === 0) byName.delete(name);
      else byName.set(name, held);
    }
  };
  return {
    take: (names, amount) => {
      const fits = all + amount <= most.inAll && names.every((name) => (byName.get(name) ?? 0) + amount <= most.ofOne);
      if (!fits) return undefined;
      add(names, amount);
      let given = false;
      return () => {
        if (!given) add(names, -amount);
        given = true;
      };
    },
    held: () => all,
  };
};
