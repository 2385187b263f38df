import { expect, test } from 'vitest';
import { makeJudge } from '../../services/platform/validate/index.ts';
import { containmentRound, DOCUMENTS, type Round } from '../support/containment-round.ts';

/** Pairs of a run; `WASL_ROUNDS` times as many by hand. */
const PAIRS = 250 * Number(process.env.WASL_ROUNDS ?? 1);
const SEED = Number(process.env.WASL_SEED ?? Date.now() % 1_000_000_000);

test(`of ${PAIRS} random changes each accepted one survives ${DOCUMENTS} documents, and each refused one has a document that breaks`, {
  timeout: 60_000 * Math.max(1, PAIRS / 250),
}, () => {
  const judge = makeJudge();
  const rounds: Round[] = [];
  for (let index = 0; index < PAIRS; index += 1) rounds.push(containmentRound(SEED + index, judge));
  const told = rounds.filter(({ verdict }) => verdict !== 'refused');
  const of = (wanted: Round['verdict']): number => told.filter(({ verdict }) => verdict === wanted).length;
  const unpopulated = told.filter(({ populated, empty }) => populated === 0 && !empty);
  const steps = told.map((round) => round.steps).sort((a, b) => a - b);
  process.stderr.write(
    `schemas: seed ${SEED}, ${told.length} pairs: ${of('compatible')} compatible, ${of('incompatible')} incompatible, ` +
      `${of('unproven')} unproven; ${unpopulated.length} could not be populated, ${told.filter(({ empty }) => empty).length} proven empty; ` +
      `steps at half ${steps[steps.length >> 1]}, at most ${steps.at(-1)}\n`,
  );
  expect(rounds.flatMap(({ broken }) => broken ?? [])).toEqual([]);
  expect(unpopulated.length / told.length).toBeLessThanOrEqual(0.05);
  expect(of('compatible')).toBeGreaterThan(told.length / 10);
  expect(of('incompatible')).toBeGreaterThan(told.length / 10);
});
