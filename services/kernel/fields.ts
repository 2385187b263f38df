import { WaslError } from './codes.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

/** Reads the members of one JSON object by name and kind; anything missing, of another kind or left over is `malformed-message`. */
export interface Fields {
  text(name: string, pattern?: RegExp, maxLength?: number): string;
  optionalText(name: string, pattern?: RegExp, maxLength?: number): string | undefined;
  /** A whole number within JavaScript's exact range, 0 or more. */
  count(name: string): number;
  flag(name: string): boolean;
  oneOf<const T extends string>(name: string, values: readonly T[]): T;
  texts(name: string, pattern?: RegExp, maxItems?: number, maxLength?: number): readonly string[];
  object(name: string): JsonObject;
  /** A list of objects, each read in full by `read`. */
  list<T>(name: string, maxItems: number, read: (item: Fields) => T): readonly T[];
  optionalObject(name: string): JsonObject | undefined;
  fields(name: string): Fields;
  has(name: string): boolean;
  /** MUST be called last: refuses members that nobody asked for. */
  done(): void;
}

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (what: string): WaslError => new WaslError('malformed-message', { what });

/** `where` names the message in the error; values never appear in it. */
export const readFields = (object: JsonObject, where: string): Fields => {
  const seen = new Set<string>();
  const take = (name: string): JsonValue | undefined => {
    seen.add(name);
    return Object.hasOwn(object, name) ? object[name] : undefined;
  };
  const fail = (name: string): never => {
    throw malformed(`${where}.${name}`);
  };
  const checkText = (name: string, value: JsonValue | undefined, pattern?: RegExp, maxLength = 512): string =>
    typeof value === 'string' && value.length <= maxLength && (pattern === undefined || pattern.test(value))
      ? value
      : fail(name);

  const self: Fields = {
    text: (name, pattern, maxLength) => checkText(name, take(name), pattern, maxLength),
    optionalText: (name, pattern, maxLength) => {
      const value = take(name);
      return value === undefined ? undefined : checkText(name, value, pattern, maxLength);
    },
    count: (name) => {
      const value = take(name);
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fail(name);
    },
    flag: (name) => {
      const value = take(name);
      return typeof value === 'boolean' ? value : fail(name);
    },
    oneOf: (name, values) => {
      const value = take(name);
      return values.find((candidate) => candidate === value) ?? fail(name);
    },
    texts: (name, pattern, maxItems = 256, maxLength?: number) => {
      const value = take(name);
      if (!Array.isArray(value) || value.length > maxItems) return fail(name);
      return value.map((item) => checkText(name, item, pattern, maxLength));
    },
    object: (name) => {
      const value = take(name);
      return isObject(value) ? value : fail(name);
    },
    list: (name, maxItems, read) => {
      const value = take(name);
      if (!Array.isArray(value) || value.length > maxItems) return fail(name);
      return value.map((item: JsonValue) => {
        const fields = readFields(isObject(item) ? item : fail(name), `${where}.${name}`);
        const got = read(fields);
        fields.done();
        return got;
      });
    },
    optionalObject: (name) => (Object.hasOwn(object, name) ? self.object(name) : undefined),
    fields: (name) => readFields(self.object(name), `${where}.${name}`),
    has: (name) => Object.hasOwn(object, name),
    done: () => {
      for (const name of Object.keys(object)) if (!seen.has(name)) throw malformed(`${where} has an unknown member`);
    },
  };
  return self;
};
