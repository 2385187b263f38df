import { expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import { readSchemaText } from './index.ts';

test.each<[string, string, string]>([
  ['five megabytes', `{"title":"${'a'.repeat(5_000_000)}"}`, 'schema-too-large'],
  ['a hundred levels', `${'{"not":'.repeat(100)}{}${'}'.repeat(100)}`, 'schema-too-deep'],
  ['a name given twice', '{"type":"string","type":"number"}', 'duplicate-json-name'],
  ['no JSON', '{"type":}', 'schema-not-json'],
  ['half of a pair', '{"const":"\\ud800"}', 'schema-not-json'],
  ['a list', '[]', 'schema-invalid'],
])('%s is refused by its code', (_, text, code) => {
  expect(() => readSchemaText(utf8(text))).toThrow(expect.objectContaining({ code }));
});

test('an object and a boolean are schemas', () => {
  expect(readSchemaText(utf8('{"__proto__":{}}'))).toEqual(JSON.parse('{"__proto__":{}}'));
  expect(readSchemaText(utf8('true'))).toBe(true);
});
