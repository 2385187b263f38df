import { expect, test } from 'vitest';
import { randomOf } from '../../../test/support/random.ts';
import { documentsOf } from '../../../test/support/random-documents.ts';
import { randomSchema } from '../../../test/support/random-schemas.ts';
import { isObject } from '../../kernel/fields.ts';
import type { JsonValue } from '../../kernel/strict-json.ts';
import { makeJudge } from './index.ts';
import { isOrdinary } from './ordinary.ts';
import { readThoroughly } from './thorough/index.ts';

/** Schemas of a run; `WASL_ROUNDS` times as many by hand. */
const SCHEMAS = 400 * Number(process.env.WASL_ROUNDS ?? 1);
const SEED = Number(process.env.WASL_SEED ?? Date.now() % 1_000_000_000);
const DOCUMENTS = 100;

test(`what is left to ajv, ajv and the thorough reading judge alike: ${SCHEMAS} random schemas`, {
  timeout: 60_000 * Math.max(1, SCHEMAS / 400),
}, () => {
  const judge = makeJudge();
  const apart: string[] = [];
  let [left, accepted] = [0, 0];
  for (let seed = SEED; seed < SEED + SCHEMAS; seed += 1) {
    const random = randomOf(seed);
    const schema = randomSchema(random);
    if (!isObject(schema) || !isOrdinary(schema)) continue;
    left += 1;
    const problemsOf = readThoroughly(schema, new Map(), 1_000_000);
    const documents = documentsOf([schema], random);
    for (let made = 0; made < DOCUMENTS; made += 1) {
      const document = documents.next();
      const good = holds(problemsOf, document);
      if (good === undefined) break;
      if (good) documents.keep(document);
      if (good) accepted += 1;
      if (judge.accepts(schema, document, new Map()) !== good)
        apart.push(`seed ${seed}: ${JSON.stringify(schema)} of ${JSON.stringify(document)}`);
    }
  }
  process.stderr.write(`schemas: seed ${SEED}, ${left} of ${SCHEMAS} are left to ajv\n`);
  expect(apart).toEqual([]);
  expect(left).toBeGreaterThan(SCHEMAS / 12);
  expect(accepted).toBeGreaterThan((left * DOCUMENTS) / 10);
});

/** Undefined where a schema refers to itself without end: what ajv has no answer on, or comes past. */
const holds = (problemsOf: ReturnType<typeof readThoroughly>, document: JsonValue): boolean | undefined => {
  try {
    return problemsOf(document).length === 0;
  } catch {
    return undefined;
  }
};
