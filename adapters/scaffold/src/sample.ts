import type { Source } from './entry.ts';

/** For the adapter's own test: a source over invented entries, and one that is away. */
export interface Sample {
  readonly source: Source;
  readonly away: Source;
  stop(): Promise<void>;
}

export type OpenSample = (environment: { readonly DATABASE_URL?: string }) => Promise<Sample>;
