import type { JsonValue } from '../strict-json.ts';
import type { F, Literal } from './literals.ts';
import { divides, leastCommon } from './multiples.ts';
import { type Outcome, sat, UNSAT, unknownAt } from './outcome.ts';

/** One literal of a branch, and its formula. */
export interface Said {
  readonly id: F;
  readonly literal: Literal;
}

/** Ranges with at most so many whole numbers are gone through one by one. */
const FEW = 300;

/** Whether a number fulfils all that is said. */
export const numberOf = (said: readonly Said[], fits: (value: JsonValue) => boolean | undefined): Outcome => {
  let [low, lowOpen, high, highOpen] = [Number.NEGATIVE_INFINITY, false, Number.POSITIVE_INFINITY, false];
  const multiples: number[] = [];
  const others: number[] = [];
  const excluded: number[] = [];
  for (const { literal } of said) {
    if (literal.op === 'ge' || literal.op === 'gt') {
      const open = literal.op === 'gt';
      if (literal.n > low || (literal.n === low && open)) [low, lowOpen] = [literal.n, open];
    } else if (literal.op === 'le' || literal.op === 'lt') {
      const open = literal.op === 'lt';
      if (literal.n < high || (literal.n === high && open)) [high, highOpen] = [literal.n, open];
    } else if (literal.op === 'multiple') (literal.holds ? multiples : others).push(literal.n);
    else if (literal.op === 'enum') for (const value of literal.values.values()) excluded.push(value as number);
  }
  if (low > high || (low === high && (lowOpen || highOpen))) return UNSAT;
  if (others.some((other) => multiples.some((multiple) => divides(other, multiple)))) return UNSAT;
  const step = leastCommon(multiples.filter(Number.isSafeInteger));
  const whole = multiples.some(Number.isSafeInteger) && step !== undefined;
  if (whole && others.some((other) => divides(other, step))) return UNSAT;
  const stuck = said.find(({ literal }) => literal.op === 'multiple' || literal.op === 'opaque') ?? said[0];

  if (whole) {
    const first = beyond(Math.ceil(low / step) * step, low, lowOpen, step);
    const last = -beyond(Math.ceil(-high / step) * step, -high, highOpen, step);
    // Beyond the numbers that are exact, rounding decides nothing.
    if (first > last && [first, last].every((end) => Number.isSafeInteger(end))) return UNSAT;
    const picky = others.length + excluded.length + multiples.length > 1;
    if (picky && Number.isSafeInteger(first) && Number.isSafeInteger(last) && (last - first) / step < FEW) {
      let unsure: number | undefined;
      for (let value = first; value <= last; value += step) {
        const told = fits(value + 0);
        if (told === true) return sat([value + 0]);
        if (told === undefined) unsure ??= value + 0;
      }
      return unsure === undefined ? UNSAT : sat([unsure]);
    }
  } else if (low === high) {
    return fits(low) === false ? UNSAT : sat([low]);
  }
  const found = candidates(low, high, whole ? step : (multiples[0] ?? undefined), [...others, ...excluded]);
  const inside = found.filter((value) => value >= low && value <= high);
  const sure = inside.filter((value) => fits(value) === true);
  const perhaps = inside.filter((value) => fits(value) === undefined);
  if (sure.length > 0) return sat(spread(sure));
  return perhaps.length > 0 ? sat(spread(perhaps)) : unknownAt(stuck?.id);
};

/** The first multiple that is not below an end. */
const beyond = (value: number, end: number, open: boolean, step: number): number => {
  if (!Number.isFinite(value)) return value;
  return value < end || (open && value === end) ? value + step : value;
};

const spread = (values: readonly number[]): readonly JsonValue[] =>
  [...new Set(values.map((value) => value + 0))].slice(0, 24);

const candidates = (
  low: number,
  high: number,
  step: number | undefined,
  near: readonly number[],
): readonly number[] => {
  const ends = [low, high].filter(Number.isFinite);
  const starts = [...ends, 0, ...near.slice(0, 20)];
  if (step !== undefined) {
    const bases = starts.map((start) => Math.round(start / step));
    const around = Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? index / 2 : -(index + 1) / 2));
    return bases.flatMap((base) => around.map((offset) => (base + offset) * step));
  }
  const middle = Number.isFinite(low) && Number.isFinite(high) ? [low + (high - low) / 2, low + (high - low) / 3] : [];
  const steps = [0, 1, -1, 0.5, -0.5, 0.25, 2, -2, 1e-6, -1e-6, 100, -100];
  return [
    ...middle,
    ...starts.flatMap((start) => steps.map((offset) => start + offset)),
    ...starts.map((start) => start * 2),
  ];
};
