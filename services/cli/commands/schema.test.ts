import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { schemaCheck } from './schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasl-schema-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, schema: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(schema));
  return path;
};
const text = file('text.json', { type: 'string' });
const short = file('short.json', { type: 'string', maxLength: 3 });
const flags = { mode: 'backward', reference: [] } as const;

test('a change that is proven compatible ends well', () => {
  expect(schemaCheck([short, text], flags)).toMatchObject({
    kind: 'delivered',
    json: { compatible: true, verdict: 'compatible', findings: [] },
  });
});

test('a change that breaks is refused, with the place and the document in the text for a person', () => {
  const end = schemaCheck([text, short], flags);
  expect(end).toMatchObject({ kind: 'refused', json: { compatible: false, verdict: 'incompatible' } });
  expect(end.text).toContain('/maxLength');
  expect(end.text).toContain('a document that would break: "');
});

test('several older versions are compared as the mode says', () => {
  expect(schemaCheck([text, short, short], flags).kind).toBe('delivered');
  expect(schemaCheck([text, short, short], { ...flags, mode: 'backward-transitive' }).kind).toBe('refused');
});

test('a registered schema is found by its URI', () => {
  const refers = file('refers.json', { $ref: 'https://example.jo/text' });
  expect(schemaCheck([refers, text], { ...flags, reference: [`https://example.jo/text=${text}`] }).kind).toBe(
    'delivered',
  );
  expect(() => schemaCheck([refers, text], flags)).toThrow(
    expect.objectContaining({ code: 'schema-reference-unreachable' }),
  );
});

test('one file, a file that is not there, and a reference without a file are wrong usage', () => {
  for (const wrong of [
    () => schemaCheck([text], flags),
    () => schemaCheck([text, `${text}.none`], flags),
    () => schemaCheck([text, text], { ...flags, reference: ['x'] }),
  ]) {
    expect(wrong).toThrow(expect.objectContaining({ code: 'bad-usage' }));
  }
});
