import { describe, expect, test } from 'vitest';
import { isObject } from '../../services/kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../services/kernel/strict-json.ts';
import { compileSchema, makeJudge } from '../../services/platform/validate/index.ts';
import { jsonFilesBelow, suite } from '../support/suites.ts';
import { NOT_HELD } from './json-schema-not-held.ts';

interface Case {
  readonly name: string;
  readonly schema: JsonValue;
  readonly data: JsonValue;
  readonly valid: boolean;
}

const SUITE = 'json-schema-test-suite';
const folder = suite(SUITE);

/** The suite's own remote schemas, as registered ones: nothing is fetched. */
const remotes = new Map<string, JsonValue>(
  folder === undefined
    ? []
    : jsonFilesBelow(`${folder}/remotes`).map(({ path, text }) => [`http://localhost:1234/${path}`, JSON.parse(text)]),
);
const files = folder === undefined ? [] : jsonFilesBelow(`${folder}/tests/draft2020-12`);

const casesOf = (text: string): readonly Case[] =>
  (
    JSON.parse(text) as {
      description: string;
      schema: JsonValue;
      tests: { description: string; data: JsonValue; valid: boolean }[];
    }[]
  ).flatMap(({ description, schema, tests }) =>
    tests.map((one) => ({ name: `${description}: ${one.description}`, schema, data: one.data, valid: one.valid })),
  );

const judge = makeJudge();

describe.skipIf(folder === undefined)('draft 2020-12, by its public test suite', () => {
  test.each(files.map(({ path }) => path))('%s holds, but for what is listed', (path) => {
    const cases = casesOf(files.find((file) => file.path === path)?.text ?? '[]');
    const failing = cases.filter(({ schema, data, valid }) => judge.accepts(schema, data, remotes) !== valid);
    expect(failing.map(({ name }) => name)).toEqual(NOT_HELD[path]?.tests ?? []);
  });

  test('of the mandatory files only the one on formats is listed, and every file listed is there', () => {
    const listed = Object.keys(NOT_HELD);
    expect(listed.filter((path) => !path.startsWith('optional/'))).toEqual(['format.json']);
    expect(listed.filter((path) => !files.some((file) => file.path === path))).toEqual([]);
    const count = (of: typeof files): number => of.flatMap(({ text }) => casesOf(text)).length;
    const failing = Object.values(NOT_HELD).flatMap(({ tests }) => tests).length;
    process.stderr.write(
      `schemas: ${SUITE}: ${count(files) - failing} of ${count(files)} tests of draft 2020-12 hold\n`,
    );
  });

  test('a document type says the same of a document, where its schema is one', () => {
    let asked = 0;
    for (const { path, text } of files) {
      if (NOT_HELD[path] !== undefined) continue;
      for (const { schema, data, valid, name } of casesOf(text)) {
        if (!isObject(schema) || !isObject(data)) continue;
        const said = documentProblems(`${path} ${JSON.stringify(schema)}`, schema, data);
        if (said === undefined) continue;
        asked += 1;
        expect([name, said.length === 0]).toEqual([name, valid]);
      }
    }
    expect(asked).toBeGreaterThan(250);
  });
});

/** Undefined for what no document type's schema may say: keywords that nobody knows, references to others. */
const documentProblems = (digest: string, schema: JsonObject, data: JsonObject): readonly string[] | undefined => {
  try {
    return compileSchema(digest, schema).document(data);
  } catch {
    return undefined;
  }
};
