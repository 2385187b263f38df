import { EVERYTHING, type Pattern, parsePattern } from './parse.ts';
import { has, type Ranges } from './sets.ts';

/** A machine that reads a text letter by letter and never goes back: its time is the text's length times its own size. */
export interface Automaton {
  readonly size: number;
  /** All letters on which it tells differences. */
  readonly sets: readonly Ranges[];
  readonly start: readonly number[];
  step(states: readonly number[], point: number): readonly number[];
  accepts(states: readonly number[]): boolean;
  test(text: string): boolean;
}

/** Larger machines are not built. */
const LARGEST = 2000;
/** Letters of a pattern; longer ones have larger machines. */
const LONGEST = 20_000;

interface State {
  /** Where a letter of the set leads. */
  set?: Ranges;
  to: number;
  /** Where nothing leads: always, at the start alone, at the end alone. */
  free: { to: number; only?: 'start' | 'end' }[];
}

/** The machine of a pattern as JSON Schema means it, found anywhere in a text; undefined when it is not read, or too large. */
export const automatonOf = (text: string): Automaton | undefined => {
  const pattern = text.length > LONGEST ? undefined : parsePattern(text);
  if (pattern === undefined) return undefined;
  const states: State[] = [];
  const add = (): number => states.push({ to: -1, free: [] }) - 1;
  const at = (index: number): State => states[index] as State;

  /** Builds the part between two states; false when it grows too large. */
  const build = (part: Pattern, from: number, to: number): boolean => {
    if (states.length > LARGEST) return false;
    switch (part.kind) {
      case 'set': {
        const own = add();
        at(own).set = part.ranges;
        at(own).to = to;
        at(from).free.push({ to: own });
        return true;
      }
      case 'start':
      case 'end':
        at(from).free.push({ to, only: part.kind });
        return true;
      case 'choice':
        return part.parts.every((each) => build(each, from, to));
      case 'sequence': {
        let here = from;
        const good = part.parts.every((each) => {
          const next = add();
          const built = build(each, here, next);
          here = next;
          return built;
        });
        at(here).free.push({ to });
        return good;
      }
      case 'repeat':
        return repeat(part, from, to);
    }
  };
  const repeat = ({ part, least, most }: Pattern & { kind: 'repeat' }, from: number, to: number): boolean => {
    if (least > LARGEST || (most !== Number.POSITIVE_INFINITY && most > LARGEST)) return false;
    let here = from;
    for (let count = 0; count < least; count += 1) {
      const next = add();
      if (!build(part, here, next)) return false;
      here = next;
    }
    if (most === Number.POSITIVE_INFINITY) {
      const loop = add();
      at(here).free.push({ to: loop });
      const back = add();
      if (!build(part, loop, back)) return false;
      at(back).free.push({ to: loop });
      at(loop).free.push({ to });
      return true;
    }
    for (let count = least; count < most; count += 1) {
      at(here).free.push({ to });
      const next = add();
      if (!build(part, here, next)) return false;
      here = next;
    }
    at(here).free.push({ to });
    return true;
  };

  const first = add();
  const last = add();
  const whole: Pattern = { kind: 'sequence', parts: [EVERYTHING, pattern, EVERYTHING] };
  if (!build(whole, first, last)) return undefined;

  const closure = (from: readonly number[], start: boolean, end: boolean): readonly number[] => {
    const seen = new Set(from);
    const open = [...from];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const { to, only } of at(next).free) {
        if (seen.has(to) || (only === 'start' && !start) || (only === 'end' && !end)) continue;
        seen.add(to);
        open.push(to);
      }
    }
    return [...seen].sort((a, b) => a - b);
  };
  // Before any letter, a state may yet stand at the start or, should the text end here, at both ends.
  const started = [first];
  const step = (held: readonly number[], point: number): readonly number[] => {
    const next = new Set<number>();
    for (const index of held) {
      const { set, to } = at(index);
      if (set !== undefined && has(set, point)) next.add(to);
    }
    return closure([...next], false, false);
  };
  const start = closure(started, true, false);
  const accepts = (held: readonly number[]): boolean =>
    held.includes(last) || closure(held, held === start, true).includes(last);
  return {
    size: states.length,
    sets: states.flatMap(({ set }) => (set === undefined ? [] : [set])),
    start,
    step,
    accepts,
    test: (text) => {
      let held = start;
      for (const letter of text) {
        held = step(held, letter.codePointAt(0) ?? 0);
        if (held.length === 0) return false;
      }
      return accepts(held);
    },
  };
};
