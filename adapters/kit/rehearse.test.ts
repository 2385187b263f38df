import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isClaimName } from '../../services/kernel/sdjwt.ts';
import { problemsOf } from './index.ts';

const schema = JSON.stringify({
  type: 'object',
  additionalProperties: false,
  required: ['asOf', 'status'],
  properties: { asOf: { type: 'string', format: 'date-time' }, status: { type: 'string' } },
});

test('a rehearsal says what the kit would refuse, as places and never values', () => {
  const problems = problemsOf(schema, { asOf: 'yesterday', status: 'secret', more: 1 });
  expect(problems).toEqual(['/ additionalProperties', '/asOf format', '/status is reserved, and never disclosed']);
  expect(() => problemsOf('[]', {})).toThrow(expect.objectContaining({ code: 'config-invalid' }));
});

const SCHEMAS = new URL('../../schemas/', import.meta.url);
const published = readdirSync(SCHEMAS).filter((name) => name.endsWith('.json'));

test.each(published)('every claim of %s can be disclosed', (file) => {
  const { properties } = JSON.parse(readFileSync(new URL(file, SCHEMAS), 'utf8'));
  expect(Object.keys(properties).filter((name) => !isClaimName(name))).toEqual([]);
});
