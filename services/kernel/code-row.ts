/** What an end is; decides exit code, gRPC status and HTTP status. */
export type Kind = 'refused' | 'not-found' | 'deferred' | 'unavailable' | 'failure' | 'usage';

/** Who can do something about it. */
export type NextMove =
  | 'requester'
  | 'requester-integrator'
  | 'provider-integrator'
  | 'data-officers'
  | 'authority'
  | 'security-officer'
  | 'operator'
  | 'hub';

/** One row of the table: `{x}` in a sentence is filled from params. */
export interface Row {
  readonly kind: Kind;
  readonly nextMove: NextMove;
  readonly en: string;
  readonly ar: string;
}

export const row = (kind: Kind, nextMove: NextMove, en: string, ar: string): Row => ({ kind, nextMove, en, ar });
