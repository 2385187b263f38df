import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CODES, type Code, sentence, WaslError } from './codes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = join(ROOT, 'services', 'CODES.md');
const codes = Object.keys(CODES) as Code[];

/** The page as the table makes it. To bring the page up to date: `WASL_WRITE_CODES=1 npm test -- services/kernel/codes.test.ts`. */
const page = (): string =>
  [
    '# Codes',
    '',
    'Every end but a delivered document has one of these stable codes. Made from the table in `kernel/codes.ts`; a test keeps it so.',
    '',
    '| code | kind | next move | English | العربية |',
    '|---|---|---|---|---|',
    ...codes.map((code) => {
      const { kind, nextMove, en, ar } = CODES[code];
      return `| \`${code}\` | ${kind} | ${nextMove} | ${en} | ${ar} |`;
    }),
    '',
  ].join('\n');

const sources = ['services', 'adapters'].flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/codes-\w+\.ts$/.test(file))
    .map((file) => readFileSync(file, 'utf8')),
);

test('the page of codes is what the table says', async () => {
  if (process.env.WASL_WRITE_CODES === '1') (await import('node:fs')).writeFileSync(PAGE, page());
  expect(readFileSync(PAGE, 'utf8')).toBe(page());
});

test.each(codes)('%s is raised somewhere', (code) => {
  expect(sources.some((text) => text.includes(`'${code}'`))).toBe(true);
});

test('an error carries its code and its sentence; in Arabic its values are isolated', () => {
  const error = new WaslError('quota-spent', { agreement: 'a-1' });
  expect([error.code, error.message.includes('a-1')]).toEqual(['quota-spent', true]);
  expect(sentence('quota-spent', 'ar', { agreement: 'a-1' })).toContain('\u2068a-1\u2069');
});

test('a value that nobody told leaves a sentence that can be read, in both languages', () => {
  expect(sentence('agreement-suspended', 'en')).toMatch(
    /^The agreement in question is suspended by one of its sides\. /,
  );
  expect(sentence('agreement-suspended', 'ar')).toMatch(/^الاتفاقية المعنية موقوفة بقرار من أحد أطرافها\. /);
  expect(sentence('claim-not-agreed', 'en')).toMatch(/^The claim in question is outside the agreement\. /);
  for (const code of codes) {
    for (const language of ['en', 'ar'] as const) expect(sentence(code, language)).not.toMatch(/[{}]| -[ .:,]/);
  }
});
