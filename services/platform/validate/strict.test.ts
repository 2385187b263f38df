import { expect, test } from 'vitest';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { compileSchema } from './index.ts';

/** A backtracking expression takes some hours to see that it does not fit. */
const TEXT = `${'a'.repeat(40)}!`;
const documentOf = (pattern: string): JsonObject => ({
  type: 'object',
  properties: { a: { type: 'string', pattern } },
  'x-subject-schemes': { n: { pattern, claims: [] } },
});

test.each(['^(a+)+$', '^(a|a)*$'])(
  'whoever publishes the pattern %s holds up nobody who reads a document',
  (pattern) => {
    const schema = compileSchema(`sha-256:${pattern}`, documentOf(pattern));
    expect(schema.document({ a: TEXT })).toEqual(['/a pattern']);
    expect(schema.disclosed({ a: 'aa' })).toEqual([]);
    expect(schema.subject('n', TEXT)).toBe('invalid');
    expect(schema.subject('n', 'aa')).toBe('good');
  },
);

test('a pattern that only backtracking can do, and that may not end, is not compiled', () => {
  const { 'x-subject-schemes': schemes, ...claims } = documentOf('^(a+)+\\1$');
  expect(() => compileSchema('sha-256:claims', claims)).toThrow(expect.objectContaining({ code: 'config-invalid' }));
  const subjects = compileSchema('sha-256:subjects', { type: 'object', 'x-subject-schemes': schemes ?? null });
  expect(() => subjects.subject('n', TEXT)).toThrow(expect.objectContaining({ code: 'config-invalid' }));
});
