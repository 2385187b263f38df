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
  expect(accepts({ pattern: `^${'a?'.repeat(50_000)}${'a'.repeat(50_000)}$` }, 'a'.repeat(50_000))).toBeUndefined();
});

test('a schema too large to compile in time is read as it is; one of an old draft has no answer', () => {
  const properties = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`p${at}`, { type: 'string' }]));
  expect([accepts({ properties }, {}), accepts({ properties }, { p1: 1 })]).toEqual([true, false]);
  const old = { $schema: 'http://json-schema.org/draft-07/schema#', properties };
  expect(accepts(old, {})).toBeUndefined();
});

test('a schema that would be read without end has no answer', () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 50 }, (_, at) => [
      `d${at}`,
      at === 49 ? { uniqueItems: true } : { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
    ]),
  );
  expect(accepts({ $ref: '#/$defs/d0', $defs: doubling }, [])).toBeUndefined();
  expect(accepts({ $ref: '#', uniqueItems: true }, [])).toBeUndefined();
});

test('what ajv reads otherwise is read by the standard', () => {
  const list = {
    $id: 'https://example.jo/list',
    items: { $dynamicRef: '#item' },
    $defs: { any: { $dynamicAnchor: 'item' } },
  };
  const texts = {
    $id: 'https://example.jo/texts',
    $ref: 'list',
    $defs: { item: { $dynamicAnchor: 'item', type: 'string' }, list },
  };
  expect([accepts(texts, ['a']), accepts(texts, [1]), accepts(list, [1])]).toEqual([true, false, true]);
  const rest = { prefixItems: [{ const: 1 }], contains: { const: 2 }, unevaluatedItems: false };
  expect([accepts(rest, [1, 2]), accepts(rest, [1, 2, 3])]).toEqual([true, false]);
  expect(accepts({ multipleOf: 1 }, 1e21)).toBe(true);
  const told = JSON.parse('{"const":{"constructor":{"a":1},"valueOf":2}}');
  expect([accepts(told, JSON.parse('{"valueOf":2.0,"constructor":{"a":1}}')), accepts(told, {})]).toEqual([
    true,
    false,
  ]);
});

test('a dialect that requires what nobody here knows has no answer', () => {
  const meta = { $vocabulary: { 'https://example.jo/vocabulary': true } };
  const of = (required: boolean) =>
    new Map([['urn:meta', { $vocabulary: { ...meta.$vocabulary, 'https://example.jo/vocabulary': required } }]]);
  expect(judge.accepts({ $schema: 'urn:meta', type: 'string' }, 1, of(true))).toBeUndefined();
  expect(judge.accepts({ $schema: 'urn:meta', type: 'string' }, 1, of(false))).toBe(true);
});
