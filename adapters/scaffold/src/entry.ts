/** One entry of the register, as the source system holds it. */
export interface Entry {
  readonly nationalNumber: string;
  readonly nameAr: string;
  readonly nameEn: string;
  readonly entryNumber: string;
  /** YYYY-MM-DD. */
  readonly registeredOn: string;
  readonly status: string;
  /** null where the register holds nothing. */
  readonly governorate: string | null;
}

/** What the register said, and when it was read (RFC 3339). */
export interface Reading {
  readonly entries: readonly Entry[];
  readonly asOf: string;
}

/** The ministry's own system. `find` throws `SourceUnavailable` while it does not answer; anything else that is thrown is a failure. */
export interface Source {
  find(nationalNumber: string, signal: AbortSignal): Promise<Reading>;
  /** Throws while the source does not answer; /readyz shows it. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
