import { expect, test } from 'vitest';
import type { JsonValue } from '../../kernel/strict-json.ts';
import { makeJudge } from './index.ts';

const judge = makeJudge();
const accepts = (schema: JsonValue, document: JsonValue) => judge.accepts(schema, document, new Map());

test('a member called __proto__ or constructor is a member like any other', () => {
  const schema = JSON.parse(
    '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}},"required":["__proto__"]}',
  );
  expect(accepts(schema, JSON.parse('{"__proto__":"a"}'))).toBe(true);
  expect(accepts(schema, JSON.parse('{"__proto__":1}'))).toBe(false);
  expect(accepts(schema, {})).toBe(false);
  expect(accepts(schema, JSON.parse('{"__proto__":"a","constructor":"b"}'))).toBe(false);
  const depends = JSON.parse('{"dependentRequired":{"__proto__":["a"]}}');
  expect([accepts(depends, {}), accepts(depends, JSON.parse('{"__proto__":1}'))]).toEqual([true, false]);
});

test('an empty array contains nothing, whatever stands beside', () => {
  expect(accepts({ contains: { items: { maxItems: 1 } }, prefixItems: [{ type: 'string' }] }, [])).toBe(false);
});

test('draft-04 has its bounds as flags, and an empty enum accepts nothing', () => {
  const draft04 = { $schema: 'http://json-schema.org/draft-04/schema#', minimum: 1, exclusiveMinimum: true };
  expect([accepts(draft04, 1), accepts(draft04, 2)]).toEqual([false, true]);
  expect(accepts({ enum: [] }, 1)).toBe(false);
});

test('a pattern that backtracking would not finish is told at once; what could only backtrack has no answer', () => {
  expect(accepts({ pattern: '^(a+)+$' }, `${'a'.repeat(5000)}!`)).toBe(false);
  expect(accepts({ pattern: '^(a+)+\\1$' }, 'a')).toBeUndefined();
  expect(accepts({ pattern: '^(?!0)[0-9]+$' }, '12')).toBe(true);
});

test('a schema too large to compile in time has no answer', () => {
  const properties = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`p${at}`, { type: 'string' }]));
  expect(accepts({ properties }, {})).toBeUndefined();
});
