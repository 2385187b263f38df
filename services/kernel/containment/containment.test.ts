import { expect, test } from 'vitest';
import { makeJudge } from '../../platform/validate/index.ts';
import type { JsonValue } from '../strict-json.ts';
import { checkCompatibility } from './index.ts';

const judge = makeJudge();
const check = (older: JsonValue, next: JsonValue) =>
  checkCompatibility({
    older: [{ schema: older, references: new Map() }],
    next: { schema: next, references: new Map() },
    mode: 'backward',
    judge,
  });

test('a schema that asks for less reads what was written before', () => {
  const older = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a', 'b'] };
  expect(check(older, { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }).verdict).toBe(
    'compatible',
  );
});

test('a schema that asks for more is refused with a document that would break, and its place', () => {
  const older = { type: 'object', properties: { a: { type: 'integer', minimum: 1 } } };
  const next = { type: 'object', properties: { a: { type: 'integer', minimum: 2 } }, required: ['b'] };
  const { verdict, findings } = check(older, next);
  expect(verdict).toBe('incompatible');
  expect(findings.map(({ pointer }) => pointer).sort()).toEqual(['/properties/a/minimum', '/required']);
  for (const { example } of findings) {
    expect(judge.accepts(older, example ?? null, new Map())).toBe(true);
    expect(judge.accepts(next, example ?? null, new Map())).toBe(false);
  }
});

test('what nobody has looked at is told by cases', () => {
  const base = { properties: { a: {} }, anyOf: [{ properties: { b: { type: 'string' } }, required: ['b'] }, true] };
  const closed = { ...base, unevaluatedProperties: false };
  const open = { type: 'object', additionalProperties: false, properties: { a: {}, b: {} } };
  expect(check({ type: 'object', ...closed }, open).verdict).toBe('compatible');
  expect(check(closed, { ...base, unevaluatedProperties: { type: 'string' } }).verdict).toBe('compatible');
  expect(check({ ...base, unevaluatedProperties: { type: 'string' } }, closed).verdict).toBe('incompatible');
  const tuple = { allOf: [{ prefixItems: [{ type: 'string' }] }], unevaluatedItems: { type: 'number' } };
  expect(check(tuple, { items: { type: ['string', 'number'] } }).verdict).toBe('compatible');
  expect(check(tuple, { items: { type: ['string', 'integer'] } }).verdict).toBe('incompatible');
});
