import type { JsonValue } from '../strict-json.ts';

/** The id of a formula; equal formulas have equal ids. */
export type F = number;

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';
export const JSON_TYPES: readonly JsonType[] = ['null', 'boolean', 'number', 'string', 'array', 'object'];

/** Sets of types as bits; numbers are fractions and integers. */
export const TYPE_BITS = { null: 1, boolean: 2, fraction: 4, integer: 8, string: 16, array: 32, object: 64 } as const;
export const ALL_TYPES = 127;

/**
 * What is said of one value. A literal of a type is weak (holds of every other type) or strong (holds of no other type): a keyword is weak, its
 * negation is strong, so that the set is closed under negation.
 */
export type Literal =
  | { readonly of: 'any'; readonly op: 'types'; readonly mask: number }
  | {
      readonly of: 'any';
      readonly op: 'enum';
      readonly values: ReadonlyMap<string, JsonValue>;
      readonly holds: boolean;
    }
  /** An assertion that is not looked into: equal texts say the same, and that is all that is known. */
  | { readonly of: 'any'; readonly op: 'opaque'; readonly text: string; readonly holds: boolean }
  | NumberLiteral
  | StringLiteral
  | ArrayLiteral
  | ObjectLiteral;

interface Guarded {
  readonly strong: boolean;
}

export type NumberLiteral = Guarded & { readonly of: 'number' } & (
    | { readonly op: 'ge' | 'gt' | 'le' | 'lt'; readonly n: number }
    | { readonly op: 'multiple'; readonly n: number; readonly holds: boolean }
  );

export type StringLiteral = Guarded & { readonly of: 'string' } & (
    | { readonly op: 'minLength' | 'maxLength'; readonly n: number }
    | { readonly op: 'pattern' | 'format' | 'content'; readonly text: string; readonly holds: boolean }
  );

/** Positions run from `from` up to, not including, `to`. */
export type ArrayLiteral = Guarded & { readonly of: 'array' } & (
    | { readonly op: 'minItems' | 'maxItems'; readonly n: number }
    | { readonly op: 'every' | 'some'; readonly from: number; readonly to: number; readonly item: F }
    | { readonly op: 'atLeast' | 'atMost'; readonly n: number; readonly item: F }
    | { readonly op: 'unique'; readonly holds: boolean }
  );

/** `keys` is a formula about the name. */
export type ObjectLiteral = Guarded & { readonly of: 'object' } & (
    | { readonly op: 'minProperties' | 'maxProperties'; readonly n: number }
    | { readonly op: 'every' | 'some'; readonly keys: F; readonly value: F }
  );

export const typeOf = (value: JsonValue): JsonType => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const kind = typeof value;
  return kind === 'boolean' || kind === 'number' || kind === 'string' ? kind : 'object';
};

/** The bits that a type stands for. */
export const bitsOf = (type: JsonType): number =>
  type === 'number' ? TYPE_BITS.fraction | TYPE_BITS.integer : TYPE_BITS[type];

/** The length that JSON Schema counts. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};
