import type { JsonValue } from '../strict-json.ts';
import type { Reading } from './build.ts';
import { count } from './build-scalars.ts';
import type { F } from './literals.ts';

const END = Number.POSITIVE_INFINITY;

/** What is said of arrays. */
export const arrayKeywords = (reading: Reading): void => {
  const { formulas, own, say, invalid, location } = reading;
  for (const op of ['minItems', 'maxItems'] as const) {
    const n = count(reading, op);
    if (n !== undefined) say(op, formulas.literal({ of: 'array', op, n, strong: false }));
  }
  const unique = own('uniqueItems');
  if (unique !== undefined && typeof unique !== 'boolean') throw invalid('uniqueItems');
  if (unique === true) say('uniqueItems', formulas.literal({ of: 'array', op: 'unique', holds: true, strong: false }));

  const every = (keyword: string, from: number, to: number, item: F): void =>
    say(keyword, formulas.literal({ of: 'array', op: 'every', from, to, item, strong: false }));
  const tuple = (keyword: string, list: readonly JsonValue[]): void => {
    for (const [index, inner] of list.entries()) {
      every(`${keyword}/${index}`, index, index + 1, reading.sub(`/${keyword}/${index}`, inner, false));
    }
  };
  const items = own('items');
  const modern = location.draft === '2020-12';
  if (modern) {
    const prefix = own('prefixItems') ?? [];
    if (!Array.isArray(prefix) || Array.isArray(items)) throw invalid(Array.isArray(items) ? 'items' : 'prefixItems');
    tuple('prefixItems', prefix);
    if (items !== undefined) every('items', prefix.length, END, reading.sub('/items', items, false));
  } else if (Array.isArray(items)) {
    tuple('items', items);
    const rest = own('additionalItems');
    if (rest !== undefined) every('additionalItems', items.length, END, reading.sub('/additionalItems', rest, false));
  } else if (items !== undefined) {
    every('items', 0, END, reading.sub('/items', items, false));
  }
  contains(reading, modern);
  for (const keyword of modern ? [] : ['prefixItems', 'minContains', 'maxContains', 'unevaluatedItems']) {
    const foreign = own(keyword);
    if (foreign !== undefined) say(keyword, reading.opaque(keyword, foreign));
  }
};

const contains = (reading: Reading, modern: boolean): void => {
  const { formulas, own, say, location } = reading;
  const inner = own('contains');
  if (inner === undefined) return;
  if (location.draft === '04') {
    say('contains', reading.opaque('contains', inner));
    return;
  }
  const item = reading.sub('/contains', inner, false);
  const least = (modern ? count(reading, 'minContains') : undefined) ?? 1;
  const most = modern ? count(reading, 'maxContains') : undefined;
  const literal = (op: 'atLeast' | 'atMost', n: number): F =>
    formulas.literal({ of: 'array', op, n, item, strong: false });
  say(own('minContains') === undefined ? 'contains' : 'minContains', literal('atLeast', least));
  if (most !== undefined) say('maxContains', literal('atMost', most));
};
