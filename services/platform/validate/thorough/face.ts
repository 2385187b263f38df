import type { JsonObject, JsonValue } from '../../../kernel/strict-json.ts';

/** What is wrong with a value: the place in it, as a JSON pointer, and the keyword that says so; never a value. */
export interface Problem {
  readonly at: string;
  readonly keyword: string;
}

/** What of an object or array has been looked at by a schema that holds (core, 10.3 and 11): names, the first items, and single items. */
export interface Seen {
  readonly names: Set<string>;
  readonly some: Set<number>;
  items: number;
}

/** One schema object before one value. */
export interface Asked {
  readonly schema: JsonObject;
  readonly value: JsonValue;
  readonly seen: Seen;
  /** A keyword's word, where the schema has that keyword and its dialect knows it. */
  own(keyword: string): JsonValue | undefined;
  /** Whether an inner schema holds of the same value; then what it looked at has been looked at here. `quiet`: its problems are none of ours. */
  here(schema: JsonValue, quiet?: boolean): boolean;
  /** Whether an inner schema holds of a value inside this one, or of a name in it. */
  inside(step: string | number, schema: JsonValue, value: JsonValue, quiet?: boolean): boolean;
  matches(pattern: string, text: string): boolean;
  spend(count: number): void;
}

/** What one keyword says of a value: whether it holds. */
export type Rule = (said: JsonValue, asked: Asked) => boolean;
