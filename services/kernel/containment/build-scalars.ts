import { canonicalJson } from '../canonical.ts';
import type { JsonValue } from '../strict-json.ts';
import type { Reading } from './build.ts';
import { ALL_TYPES, type NumberLiteral, type StringLiteral, TYPE_BITS } from './literals.ts';

const MASKS: ReadonlyMap<string, number> = new Map([
  ['null', TYPE_BITS.null],
  ['boolean', TYPE_BITS.boolean],
  ['number', TYPE_BITS.fraction | TYPE_BITS.integer],
  ['integer', TYPE_BITS.integer],
  ['string', TYPE_BITS.string],
  ['array', TYPE_BITS.array],
  ['object', TYPE_BITS.object],
]);

/** Formats that some validators hold numbers to. */
const NUMBER_FORMATS = new Set(['int32', 'int64', 'float', 'double']);

/** `type`, `enum`, `const`, and what is said of numbers and strings. */
export const scalarKeywords = (reading: Reading): void => {
  const { formulas, own, say, invalid, location } = reading;

  const type = own('type');
  if (type !== undefined) {
    const names = Array.isArray(type) ? type : [type];
    let mask = 0;
    for (const name of names) {
      const bits = typeof name === 'string' ? MASKS.get(name) : undefined;
      if (bits === undefined) throw invalid('type');
      mask |= bits;
    }
    if (names.length === 0) throw invalid('type');
    say('type', formulas.literal({ of: 'any', op: 'types', mask: mask & ALL_TYPES }));
  }

  const values = own('enum');
  if (values !== undefined) {
    if (!Array.isArray(values)) throw invalid('enum');
    say('enum', oneOfValues(reading, values));
  }
  const fixed = own('const');
  if (fixed !== undefined) {
    say('const', location.draft === '04' ? reading.opaque('const', fixed) : oneOfValues(reading, [fixed]));
  }

  numbers(reading);
  strings(reading);
};

const oneOfValues = ({ formulas }: Reading, values: readonly JsonValue[]): number =>
  formulas.literal({
    of: 'any',
    op: 'enum',
    values: new Map(values.map((value) => [canonicalJson(value), value])),
    holds: true,
  });

const numbers = (reading: Reading): void => {
  const { formulas, own, say, invalid, location } = reading;
  const number = (keyword: string): number | undefined => {
    const value = own(keyword);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(keyword);
    return value;
  };
  const bound = (keyword: string, op: 'ge' | 'gt' | 'le' | 'lt', n: number | undefined): void => {
    if (n !== undefined) say(keyword, formulas.literal({ of: 'number', op, n, strong: false } satisfies NumberLiteral));
  };
  if (location.draft === '04') {
    // In draft-04 these are flags of the bounds beside them.
    const exclusive = (keyword: string): boolean => {
      const value = own(keyword) ?? false;
      if (typeof value !== 'boolean') throw invalid(keyword);
      return value;
    };
    bound('minimum', exclusive('exclusiveMinimum') ? 'gt' : 'ge', number('minimum'));
    bound('maximum', exclusive('exclusiveMaximum') ? 'lt' : 'le', number('maximum'));
  } else {
    bound('minimum', 'ge', number('minimum'));
    bound('exclusiveMinimum', 'gt', number('exclusiveMinimum'));
    bound('maximum', 'le', number('maximum'));
    bound('exclusiveMaximum', 'lt', number('exclusiveMaximum'));
  }
  const multiple = number('multipleOf');
  if (multiple === undefined) return;
  if (multiple <= 0) throw invalid('multipleOf');
  say('multipleOf', formulas.literal({ of: 'number', op: 'multiple', n: multiple, holds: true, strong: false }));
};

const strings = (reading: Reading): void => {
  const { formulas, own, say, invalid } = reading;
  for (const op of ['minLength', 'maxLength'] as const) {
    const n = count(reading, op);
    if (n !== undefined) say(op, formulas.literal({ of: 'string', op, n, strong: false }));
  }
  const text = (keyword: string): string | undefined => {
    const value = own(keyword);
    if (value !== undefined && typeof value !== 'string') throw invalid(keyword);
    return value;
  };
  const said = (keyword: string, op: 'pattern' | 'format' | 'content', value: string): void =>
    say(
      keyword,
      formulas.literal({ of: 'string', op, text: value, holds: true, strong: false } satisfies StringLiteral),
    );

  const pattern = text('pattern');
  if (pattern !== undefined) said('pattern', 'pattern', patternOf(reading, 'pattern', pattern));
  const format = text('format');
  if (format !== undefined) {
    if (NUMBER_FORMATS.has(format)) say('format', reading.opaque('format', format));
    else said('format', 'format', format);
  }
  // Annotations by the standard; a reader that decodes the content breaks on another encoding all the same.
  for (const keyword of ['contentEncoding', 'contentMediaType']) {
    const content = text(keyword);
    if (content !== undefined) said(keyword, 'content', `${keyword} ${content}`);
  }
  const schema = own('contentSchema');
  if (schema !== undefined) say('contentSchema', reading.opaque('contentSchema', schema));
};

/** A pattern that JavaScript's `u` mode reads; it is compiled, never run. */
export const patternOf = (reading: Reading, keyword: string, pattern: string): string => {
  try {
    new RegExp(pattern, 'u');
  } catch {
    throw reading.invalid(keyword);
  }
  return pattern;
};

/** A whole number, 0 or more. */
export const count = ({ own, invalid }: Reading, keyword: string): number | undefined => {
  const value = own(keyword);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw invalid(keyword);
  return value;
};
