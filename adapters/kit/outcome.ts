import type { Bilingual } from '../../services/kernel/agreement.ts';
import { CODES, type Code, type NextMove, type Params, sentence, WaslError } from '../../services/kernel/codes.ts';
import type { RequestId } from '../../services/kernel/ids.ts';
import type { JsonObject } from '../../services/kernel/strict-json.ts';

/** Receipts of the entries that a request left, as texts. */
export interface Receipts {
  readonly requested?: string;
  /** Of the entry that ended it: `answered` or `refused`. */
  readonly ended?: string;
}

/** Who says so. */
export type By = { readonly kind: 'gateway' | 'provider' | 'kit'; readonly id: string };

interface Ended {
  readonly requestId: RequestId;
  readonly receipts: Receipts;
  readonly by: By;
}

/** Why, in both languages, and whose move is next. */
export interface Reason {
  readonly code: Code;
  readonly message: Bilingual;
  readonly nextMove: NextMove;
}

/** How a request ended. `delivered`, `not-found` and `deferred` are the provider's signed word, always. */
export type Outcome = Ended &
  (
    | {
        readonly outcome: 'delivered';
        /** The disclosed claims by name. */
        readonly document: JsonObject;
        /** What the credential always discloses: iss, aud, vct, purpose, iat, exp, asOf, request. */
        readonly always: JsonObject;
        /** Compact SD-JWT. */
        readonly credential: string;
      }
    | (Reason & { readonly outcome: 'not-found' })
    /** `ticket` is for `collect`: sealed to this agency, worth nothing to anybody else. */
    | (Reason & { readonly outcome: 'deferred'; readonly ticket: string; readonly retryAfterMs?: number })
    | (Reason & { readonly outcome: 'refused' })
    | (Reason & { readonly outcome: 'unavailable'; readonly retryAfterMs?: number })
  );

/** An outcome as JSON for other programs: receipts parsed, so that they can be read. */
export const outcomeJson = ({ receipts, ...rest }: Outcome) => {
  const parsed = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text));
  return { ...rest, receipt: parsed(receipts.ended), requestedReceipt: parsed(receipts.requested) };
};

/** An error as an adapter prints it when it cannot start: both sentences and the code; of what is not ours, the stack. */
export const explain = (error: unknown): string => {
  if (!(error instanceof WaslError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { en, ar } = reasonOf(error.code, error.params).message;
  return `${en}\n${ar}\n(${error.code})`;
};

export const reasonOf = (code: Code, params: Params = {}): Reason => ({
  code,
  message: { en: sentence(code, 'en', params), ar: sentence(code, 'ar', params) },
  nextMove: CODES[code].nextMove,
});
