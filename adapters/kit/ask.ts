/** What an agency asks of another. */
export interface Ask {
  readonly from: string;
  readonly documentType: string;
  /** 1 unless told. */
  readonly documentVersion?: number;
  readonly subject: { readonly scheme: string; readonly value: string };
  readonly purpose: string;
  /** All that the agreement opens, unless told. */
  readonly claims?: readonly string[];
  readonly caseReference?: string;
  readonly officer?: string;
  /** At most 60 s; 10 s unless told. */
  readonly deadlineMs?: number;
  /** The request that this one repeats, after an end without an answer. */
  readonly retryOf?: string;
}

/** How a deferred answer is collected. */
export interface CollectOptions {
  /** Who acts now. */
  readonly officer?: string;
  /** At most 60 s; 10 s unless told. */
  readonly deadlineMs?: number;
}
