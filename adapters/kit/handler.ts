/** What the kit hands a ministry's handler: who or what is asked about, and what may be told. */
export interface HandlerCall {
  readonly subject: { readonly scheme: string; readonly value: string };
  /** The claims that the agreement opens and the request wants; others are dropped by the kit in any case. */
  readonly claims: readonly string[];
  readonly purpose: string;
  readonly deadline: Date;
  /** Aborts at the deadline and when the request is cancelled. */
  readonly signal: AbortSignal;
}

/** A handler's answer; throwing instead means that the provider failed. */
export type HandlerAnswer =
  | { readonly kind: 'found'; readonly document: Readonly<Record<string, unknown>> & { readonly asOf: string } }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'deferred'; readonly ticket: string };

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
