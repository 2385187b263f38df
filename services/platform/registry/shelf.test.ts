import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { honest, publish } from '../../../test/support/registry-world.ts';
import { holdRecord } from '../../kernel/copy.ts';
import { makeShelf } from './shelf.ts';

const { records } = await publish(honest);
const texts = records.map(({ text }) => text.read());
const [one = ''] = texts;
const [head = '', payload = '', signature = ''] = one.split('.');

test('each text comes back as it was, whatever was shelved after it', () => {
  const shelve = makeShelf();
  const many = Array.from({ length: 40 }, () => texts).flat();
  const shelved = many.map((text) => holdRecord(text, shelve));
  expect(shelved.map(({ text }) => text.read())).toEqual(many);
  // And the last ones, on a board that is not full.
  expect(holdRecord(one, shelve).text.read()).toBe(one);
});

test.each([
  ['nothing', ''],
  ['no JWS', 'no JWS'],
  ['a detached one', `${head}..${signature}`],
  ['more dots', `${one}.${payload}`],
  ['padding', `${head}.${payload}==.${signature}`],
  ['the other alphabet', `${head}.a+b/.${signature}`],
  ['trailing bits', `${head}.e31.${signature}`],
  ['characters that the decoder passes over', `${head}.e3 0.${signature}`],
  ['characters of which the decoder takes half', `${head}.${'\u0141'.repeat(4)}.${signature}`],
  ['Arabic', 'وصل.وصل.وصل'],
  ['more than a board', `${head}.${randomBytes(300_000).toString('base64url')}.${signature}`],
  ['more than a board that is no JWS', 'x'.repeat(300_000)],
])('also %s comes back as it was', (_, text) => {
  const shelve = makeShelf();
  const [before, held, after] = [one, text, one].map((each) => holdRecord(each, shelve));
  expect([before, held, after].map((record) => record?.text.read())).toEqual([one, text, one]);
});
