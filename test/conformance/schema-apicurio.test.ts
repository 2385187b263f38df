import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Check, checkCompatibility } from '../../services/kernel/containment/index.ts';
import type { JsonValue } from '../../services/kernel/strict-json.ts';
import { makeJudge } from '../../services/platform/validate/index.ts';
import { suite } from '../support/suites.ts';

interface Case {
  readonly id: string;
  readonly compatibility: 'both' | 'backward' | 'none';
  readonly original: JsonValue;
  readonly updated: JsonValue;
}

/** Widening a branch of `oneOf` lets two branches match, so that a document is refused: the suite accepts these, wrongly. */
const UNSOUND = [117, 119];
const judge = makeJudge();
const check = (older: JsonValue, next: JsonValue, mode: 'backward' | 'forward'): Check =>
  checkCompatibility({
    older: [{ schema: older, references: new Map() }],
    next: { schema: next, references: new Map() },
    mode,
    judge,
  });

test('of the changes that others hold compatible, those that are so are accepted, and no other', () => {
  const folder = suite('apicurio-json-compat');
  if (folder === undefined) return;
  const { tests }: { tests: Case[] } = JSON.parse(readFileSync(`${folder}/compatibility-test-data.json`, 'utf8'));
  const missed: string[] = [];
  const more: string[] = [];
  let sound = 0;
  for (const [index, { id, compatibility, original, updated }] of tests.entries()) {
    const backward = check(original, updated, 'backward').verdict === 'compatible';
    const forward = check(original, updated, 'forward').verdict === 'compatible';
    const said = `${index} ${id}`;
    if (compatibility !== 'none' && !UNSOUND.includes(index)) {
      sound += 1;
      if (!backward || (compatibility === 'both' && !forward)) missed.push(said);
    } else if (backward) more.push(`${said} backward`);
    if (compatibility !== 'both' && forward) more.push(`${said} forward`);
  }
  process.stderr.write(`apicurio: ${sound - missed.length} of ${sound} sound changes accepted\n`);
  expect(missed).toEqual([]);
  expect(sound).toBe(126);
  // Each of these accepts exactly the same documents before and after, or fewer; the suite's authors compare texts.
  expect(more).toEqual([
    '108 Complex: anyOf 1 forward',
    '117 Complex: oneOf 1 forward',
    '124 Conditional: if backward',
    '124 Conditional: if forward',
  ]);
});
