import { expect, test } from 'vitest';
import { countSteps } from '../steps.ts';
import { automatonOf } from './automaton.ts';
import { makePatterns } from './index.ts';
import { searchTexts } from './search.ts';

const PATTERNS = [
  '^a',
  'b$',
  '^[a-z]+$',
  '[0-9]',
  '^[0-9]{2,4}$',
  '^(ab|c)*$',
  '',
  '^$',
  '^.{2}$',
  '^[A-Z]{1,3}-\\d+$',
  '(a|b)*c|^d',
  'a?b+c*',
  '[^a-c]',
  '^\\w+\\s\\S$',
  '^(?:a|(?<n>b))$',
  'a{2}',
  '\\u0061',
  '^[\\u{1F600}-\\u{1F64F}]$',
  '^\\p{L}+$',
  '^\\P{Lu}$',
  '$',
  '^^a$$',
  '(^a|b)$',
  'a|',
  '^[-a\\]]+$',
  '\\.',
  '[\\d-]',
  '\\cA',
  '^(a+)+$',
  '^(.*)*x$',
];
const TEXTS = [
  '',
  'a',
  'b',
  'ab',
  'abc',
  'c',
  'cc',
  'abab',
  '12',
  '12345',
  'A-1',
  'ABCD-1',
  'd',
  'xd',
  'é',
  'ع',
  '😀',
  'a b',
  'a\nb',
  '\n',
  ']',
  '-',
  '.',
  'aa',
  'aaa',
  'aaaaaaaax',
  '\u0001',
  'Z',
  'q c',
];

test.each(PATTERNS)('%s matches what JavaScript says it matches', (pattern) => {
  const machine = automatonOf(pattern);
  for (const text of TEXTS) expect([text, machine?.test(text)]).toEqual([text, new RegExp(pattern, 'u').test(text)]);
});

test.each(['(?=a)b', '(?<!a)b', '(a)\\1', '\\bword', 'a{1000}{1000}'])('%s is not looked into', (pattern) => {
  expect(automatonOf(pattern)).toBeUndefined();
});

test('finds texts that match, and proves that none does', () => {
  const steps = countSteps(100_000);
  const machine = (pattern: string) => automatonOf(pattern) ?? expect.fail(pattern);
  const found = searchTexts(
    { positive: [machine('^[0-9]{10}$')], negative: [machine('^0')], least: 0, most: 99 },
    steps,
  );
  expect(found.kind === 'found' && found.texts.every((text) => /^[1-9][0-9]{9}$/.test(text))).toBe(true);
  const none = { positive: [machine('^[0-9]{9}$')], negative: [machine('^[0-9]{9,10}$')], least: 0, most: 99 };
  expect(searchTexts(none, steps).kind).toBe('none');
});

test('a pattern that backtracking would not finish is told in the steps of its text', () => {
  const steps = countSteps(100_000);
  expect(makePatterns(steps).matches('^(a+)+$', `${'a'.repeat(500)}!`)).toBe(false);
});
