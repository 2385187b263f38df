import type { Digest } from './digest.ts';
import { type Entry, entryDigest } from './evidence.ts';

/** Follows one boot's chain as a reader: equal duplicates are dropped, anything that does not continue the chain is named. */
export interface ChainFollower {
  /** Takes the next entry as read. */
  take(entry: Entry, bytes: Uint8Array): ChainStep;
}

export type ChainStep =
  | { readonly kind: 'new' }
  /** The same bytes at a place already read: a repeated write. */
  | { readonly kind: 'duplicate' }
  /** Other bytes at a place already read: the writer told two stories. */
  | { readonly kind: 'fork'; readonly sequence: number }
  /** A place is missing, or `previous` names another entry. */
  | { readonly kind: 'gap'; readonly expected: number };

/** One follower per gateway boot; memory grows by one digest an entry. */
export const followChain = (): ChainFollower => {
  const digests: Digest[] = [];
  return {
    take: (entry, bytes) => {
      const digest = entryDigest(bytes);
      const held = digests[entry.sequence];
      if (held !== undefined)
        return held === digest ? { kind: 'duplicate' } : { kind: 'fork', sequence: entry.sequence };
      const previous = digests.at(-1) ?? null;
      if (entry.sequence !== digests.length || entry.previous !== previous)
        return { kind: 'gap', expected: digests.length };
      digests.push(digest);
      return { kind: 'new' };
    },
  };
};
