import type { JsonValue } from '../strict-json.ts';
import { SAMPLES } from './formats.ts';
import type { Said } from './numbers.ts';
import { type Outcome, sat, UNSAT, unknownAt } from './outcome.ts';

const END = Number.POSITIVE_INFINITY;

/** Whether a text fulfils all that is said. */
export const stringOf = (said: readonly Said[], fits: (value: JsonValue) => boolean | undefined): Outcome => {
  let [least, most] = [0, END];
  const held = new Map<string, boolean>();
  for (const { literal } of said) {
    if (literal.op === 'minLength') least = Math.max(least, Math.ceil(literal.n));
    else if (literal.op === 'maxLength') most = Math.min(most, Math.floor(literal.n));
    else if (literal.op === 'pattern' || literal.op === 'format' || literal.op === 'content') {
      const key = `${literal.op} ${literal.text}`;
      if ((held.get(key) ?? literal.holds) !== literal.holds) return UNSAT;
      held.set(key, literal.holds);
    }
  }
  if (least > most) return UNSAT;
  if (most === 0) return fits('') === false ? UNSAT : sat(['']);
  const stuck = said.find(({ literal }) => literal.op === 'pattern' || literal.op === 'format') ?? said[0];
  const formats = said.flatMap(({ literal }) => (literal.op === 'format' && literal.holds ? [literal.text] : []));
  const made = [...formats.flatMap((format) => SAMPLES.get(format) ?? []), ...plain(least, most)];
  const sure = made.filter((value) => fits(value) === true);
  if (sure.length > 0) return sat(sure.slice(0, 24));
  const perhaps = made.filter((value) => fits(value) === undefined);
  return perhaps.length > 0 ? sat(perhaps.slice(0, 24)) : unknownAt(stuck?.id);
};

/** Longer texts are not written out. */
const LONGEST = 100_000;

const plain = (least: number, most: number): readonly string[] => {
  if (least > LONGEST) return [];
  const lengths = new Set([least, Math.min(least + 1, most), Math.min(Math.max(least, 8), most)]);
  return [...lengths].flatMap((length) =>
    ['a', 'A', '0', ' ', 'ع', 'z', '_', '-', '😀'].map((letter, index) =>
      index < 4 || length === 0 ? letter.repeat(length) : letter + 'b'.repeat(length - 1),
    ),
  );
};
