import type { JsonValue } from '../strict-json.ts';
import { SAMPLES } from './formats.ts';
import type { Said } from './numbers.ts';
import { type Outcome, sat, UNSAT, unknownAt } from './outcome.ts';
import type { Automaton } from './regex/automaton.ts';
import type { Patterns } from './regex/index.ts';

const END = Number.POSITIVE_INFINITY;
type Fits = (value: JsonValue) => boolean | undefined;

/** Excluded texts are looked at one by one up to so many. */
const FEW = 12;

/** Whether a text fulfils all that is said. */
export const stringOf = (said: readonly Said[], patterns: Patterns, fits: Fits): Outcome => {
  let [least, most] = [0, END];
  const positive: Automaton[] = [];
  const negative: Automaton[] = [];
  const excluded: string[] = [];
  const forms: string[] = [];
  for (const { literal } of said) {
    if (literal.op === 'minLength') least = Math.max(least, Math.ceil(literal.n));
    else if (literal.op === 'maxLength') most = Math.min(most, Math.floor(literal.n));
    else if (literal.op === 'format' && literal.holds) forms.push(literal.text);
    else if (literal.op === 'enum') for (const value of literal.values.values()) excluded.push(String(value));
    else if (literal.op === 'pattern') {
      const machine = patterns.told(literal.text);
      if (machine !== undefined) (literal.holds ? positive : negative).push(machine);
    }
  }
  if (least > most) return UNSAT;
  if (most === 0) return fits('') === false ? UNSAT : sat(['']);
  const stuck = said.find(({ literal }) => literal.op === 'pattern' || literal.op === 'format') ?? said[0];

  const made = forms.flatMap((format) => SAMPLES.get(format) ?? []);
  if (positive.length + negative.length > 0) {
    const wanted = { positive, negative, least, most };
    let search = patterns.search(wanted);
    if (search.kind === 'none') return UNSAT;
    if (search.kind === 'found' && excluded.length <= FEW && search.texts.every((text) => fits(text) === false)) {
      const others = excluded.flatMap((text) => patterns.of(`^${escaped(text)}$`) ?? []);
      search = patterns.search({ ...wanted, negative: [...negative, ...others] });
      if (search.kind === 'none') return UNSAT;
    }
    if (search.kind === 'found') made.push(...search.texts);
  }
  made.push(...plain(least, most));
  const sure = made.filter((value) => fits(value) === true);
  if (sure.length > 0) return sat(sure.slice(0, 24));
  const perhaps = made.filter((value) => fits(value) === undefined);
  return perhaps.length > 0 ? sat(perhaps.slice(0, 24)) : unknownAt(stuck?.id);
};

const escaped = (text: string): string => text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');

/** Longer texts are not written out. */
const LONGEST = 100_000;

const plain = (least: number, most: number): readonly string[] => {
  if (least > LONGEST) return [];
  const lengths = new Set([least, Math.min(least + 1, most), Math.min(Math.max(least, 8), most)]);
  return [...lengths].flatMap((length) =>
    ['a', 'b', 'A', '0', ' ', 'ع', 'z', '_', '-', '😀'].map((letter, index) =>
      index < 5 || length === 0 ? letter.repeat(length) : letter + 'b'.repeat(length - 1),
    ),
  );
};
