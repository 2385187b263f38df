import { codePoints } from '../../../kernel/containment/literals.ts';
import { isObject } from '../../../kernel/fields.ts';
import type { JsonValue } from '../../../kernel/strict-json.ts';
import { keyOf } from './equal.ts';
import type { Asked, Rule } from './face.ts';

const hasType = (value: JsonValue, type: JsonValue): boolean => {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
};

const counted =
  (sizeOf: (value: JsonValue) => number | undefined, holds: (size: number, said: number) => boolean): Rule =>
  (said, { value, spend }) => {
    const size = sizeOf(value);
    if (typeof said !== 'number' || size === undefined) return true;
    spend(typeof value === 'string' ? size >> 8 : 1);
    return holds(size, said);
  };
const itself = (value: JsonValue): number | undefined => (typeof value === 'number' ? value : undefined);
const letters = (value: JsonValue): number | undefined => (typeof value === 'string' ? codePoints(value) : undefined);
const items = (value: JsonValue): number | undefined => (Array.isArray(value) ? value.length : undefined);
const members = (value: JsonValue): number | undefined => (isObject(value) ? Object.keys(value).length : undefined);
const atMost = (size: number, said: number): boolean => size <= said;
const atLeast = (size: number, said: number): boolean => size >= said;

/** As other validators divide, but where the quotient is no number any more. */
const isMultiple = (value: number, by: number): boolean => {
  const quotient = value / by;
  return Number.isFinite(quotient) ? Number.isInteger(quotient) : value % by === 0;
};

const listed = new WeakMap<object, ReadonlySet<string>>();
/** The keys of a list out of a schema, made once. */
const keysOf = (list: readonly JsonValue[]): ReadonlySet<string> => {
  const keys = listed.get(list) ?? new Set(list.map(keyOf));
  listed.set(list, keys);
  return keys;
};
const keyed = ({ value, spend }: Asked): string => {
  const key = keyOf(value);
  spend(1 + (key.length >> 8));
  return key;
};

const requires = (value: JsonValue, names: JsonValue): boolean =>
  !isObject(value) || !Array.isArray(names) || names.every((name) => Object.hasOwn(value, String(name)));

/** The vocabulary `validation`, but for `minContains` and `maxContains`, which are of `contains`. */
export const VALIDATION: Readonly<Record<string, Rule>> = {
  type: (said, { value }) => (Array.isArray(said) ? said.some((type) => hasType(value, type)) : hasType(value, said)),
  const: (said, asked) => keyOf(said) === keyed(asked),
  enum: (said, asked) => !Array.isArray(said) || keysOf(said).has(keyed(asked)),
  multipleOf: counted(itself, isMultiple),
  maximum: counted(itself, atMost),
  minimum: counted(itself, atLeast),
  exclusiveMaximum: counted(itself, (size, said) => size < said),
  exclusiveMinimum: counted(itself, (size, said) => size > said),
  maxLength: counted(letters, atMost),
  minLength: counted(letters, atLeast),
  pattern: (said, { value, matches }) => typeof value !== 'string' || typeof said !== 'string' || matches(said, value),
  maxItems: counted(items, atMost),
  minItems: counted(items, atLeast),
  uniqueItems: (said, { value, spend }) => {
    if (said !== true || !Array.isArray(value)) return true;
    const keys = value.map(keyOf);
    spend(keys.reduce((sum, key) => sum + 1 + (key.length >> 8), 0));
    return new Set(keys).size === value.length;
  },
  maxProperties: counted(members, atMost),
  minProperties: counted(members, atLeast),
  required: (said, { value }) => requires(value, said),
  dependentRequired: (said, { value }) =>
    !isObject(value) ||
    !isObject(said) ||
    Object.entries(said).every(([name, names]) => !Object.hasOwn(value, name) || requires(value, names)),
};
