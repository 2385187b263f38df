/** What the kit hands a ministry's handler: who or what is asked about, and what may be told. */
export interface HandlerCall {
  readonly requestId: string;
  readonly subject: { readonly scheme: string; readonly value: string };
  /** The claims that the agreement opens and the request wants; others are dropped by the kit in any case. */
  readonly claims: readonly string[];
  readonly purpose: string;
  readonly deadline: Date;
  /** Set when the requester comes back for a deferred answer: the request it made first, and the ticket it was given. */
  readonly collects?: { readonly requestId: string; readonly ticket: string };
  /** Aborts at the deadline and when the request is cancelled. */
  readonly signal: AbortSignal;
}

/** A handler's answer; throwing instead means that the provider failed. */
export type HandlerAnswer =
  | { readonly kind: 'found'; readonly document: Readonly<Record<string, unknown>> & { readonly asOf: string } }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'ambiguous' }
  /** Later: `ticket` is the handler's own reference, at most 128 characters, without personal data; `retryAfterMs` when to come back. */
  | { readonly kind: 'deferred'; readonly ticket: string; readonly retryAfterMs?: number }
  /** The ticket that is collected was not given for this request. */
  | { readonly kind: 'unknown-ticket' };

export type Handler = (call: HandlerCall) => Promise<HandlerAnswer>;

/** Thrown by a handler whose source system does not answer: the requester is told when to ask again, not that there is no record. */
export class SourceUnavailable extends Error {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number, options?: ErrorOptions) {
    super('the source system does not answer', options);
    this.name = 'SourceUnavailable';
    this.retryAfterMs = retryAfterMs;
  }
}
