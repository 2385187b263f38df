import { WaslError } from '../../services/kernel/codes.ts';
import {
  type Check,
  checkCompatibility,
  type Judge,
  type SchemaSource,
} from '../../services/kernel/containment/index.ts';
import type { JsonValue } from '../../services/kernel/strict-json.ts';
import { type Random, randomOf } from './random.ts';
import { documentsOf } from './random-documents.ts';
import { changed, randomSchema } from './random-schemas.ts';

export interface Round {
  readonly seed: number;
  readonly verdict: Check['verdict'] | 'refused';
  /** What a promise says, when it was broken. */
  readonly broken: string | undefined;
  /** Documents that the older schema accepted. */
  readonly populated: number;
  /** Proven to accept no document. */
  readonly empty: boolean;
  readonly steps: number;
  readonly millis: number;
}

/** Documents that an accepted change must survive. */
export const DOCUMENTS = 1000;

const source = (schema: JsonValue): SchemaSource => ({ schema, references: NONE });
const NONE: ReadonlyMap<string, JsonValue> = new Map();

/** A schema that accepts something, as far as is known, and mostly a changed one. */
export const pairOf = (random: Random, judge: Judge): { older: JsonValue; next: JsonValue; empty: boolean } => {
  let older = randomSchema(random);
  let empty = isEmpty(older, judge);
  for (let draws = 0; empty && draws < 10; draws += 1) {
    older = randomSchema(random);
    empty = isEmpty(older, judge);
  }
  return { older, next: random.chance(0.85) ? changed(older, random) : randomSchema(random), empty };
};

/** One random pair of schemas: checked, and then the verdict held to documents. */
export const containmentRound = (seed: number, judge: Judge): Round => {
  const random = randomOf(seed);
  const { older, next, empty } = pairOf(random, judge);
  const from = performance.now();
  let check: Check;
  try {
    check = checkCompatibility({ older: [source(older)], next: source(next), mode: 'backward', judge });
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return { seed, verdict: 'refused', broken: undefined, populated: -1, empty, steps: 0, millis: 0 };
  }
  const millis = performance.now() - from;
  const { steps } = check;
  const said = (what: string, document: JsonValue): string =>
    `seed ${seed}: ${what} ${JSON.stringify(document)}\nolder ${JSON.stringify(older)}\nnext ${JSON.stringify(next)}`;

  const wrong = check.findings.find(
    ({ verdict, example }) =>
      verdict === 'incompatible' &&
      !(example !== undefined && judge.accepts(older, example, NONE) && judge.accepts(next, example, NONE) === false),
  );
  let broken = wrong === undefined ? undefined : said('an example breaks nothing', wrong.example ?? null);
  const documents = documentsOf([older, next], random);
  let populated = 0;
  for (let made = 0; made < DOCUMENTS; made += 1) {
    const document = documents.next();
    const accepted = judge.accepts(older, document, NONE);
    // A schema on which the judge has no answer has no documents.
    if (accepted === undefined) return { seed, verdict: 'refused', broken, populated: -1, empty, steps, millis };
    if (!accepted) continue;
    populated += 1;
    documents.keep(document);
    if (check.verdict === 'compatible' && judge.accepts(next, document, NONE) === false) {
      broken ??= said('accepted, and broken by', document);
    }
  }
  return { seed, verdict: check.verdict, broken, populated, empty, steps, millis };
};

/** Proven to accept no document: then nothing is broken by a reader that accepts none either, and that is what is found. */
const isEmpty = (schema: JsonValue, judge: Judge): boolean => {
  try {
    const { findings } = checkCompatibility({ older: [source(schema)], next: source(false), mode: 'backward', judge });
    return findings[0]?.keyword === 'nothing';
  } catch {
    return false;
  }
};
