import type { JsonValue } from '../strict-json.ts';

export type CompatibilityMode =
  | 'backward'
  | 'forward'
  | 'full'
  | 'backward-transitive'
  | 'forward-transitive'
  | 'full-transitive'
  | 'none';

/** `compatible` is proven; `incompatible` has an example that a judge confirmed; everything else is `unproven`. */
export type Verdict = 'compatible' | 'incompatible' | 'unproven';

/** A schema, and the registered schemas that its references name. */
export interface SchemaSource {
  readonly schema: JsonValue;
  readonly references: ReadonlyMap<string, JsonValue>;
}

export interface Finding {
  readonly verdict: 'incompatible' | 'unproven';
  /** `backward`: what the older version accepts, the new one must read; `forward`: the reverse. */
  readonly direction: 'backward' | 'forward';
  /** JSON pointer into the schema that must read. */
  readonly pointer: string;
  readonly keyword: string;
  readonly en: string;
  readonly ar: string;
  /** A whole document that the one accepts and the other refuses. */
  readonly example?: JsonValue;
  /** Index in the older versions. */
  readonly against?: number;
}

export interface Check {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  /** What it cost, in steps. */
  readonly steps: number;
}

/**
 * Judges documents. MUST say what the validator in use says, and MUST NOT run longer than its own bound; a schema or document on which it
 * has no answer is `undefined`, and confirms nothing.
 */
export interface Judge {
  accepts(schema: JsonValue, document: JsonValue, references: ReadonlyMap<string, JsonValue>): boolean | undefined;
}
