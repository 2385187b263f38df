import type { JsonValue } from '../strict-json.ts';
import { arrayOf } from './arrays.ts';
import { makeEvaluate } from './evaluate.ts';
import { FALSE, type Formulas, TRUE } from './formulas.ts';
import { type F, JSON_TYPES, type JsonType } from './literals.ts';
import { numberOf, type Said } from './numbers.ts';
import { objectOf } from './objects.ts';
import { CLOSED, firstOf, type Outcome, sat, UNSAT, unknownAt } from './outcome.ts';
import type { Patterns } from './regex/index.ts';
import type { Steps } from './steps.ts';
import { stringOf } from './strings.ts';

/** What the questions about arrays and objects are asked with. */
export interface Solver {
  readonly formulas: Formulas;
  readonly steps: Steps;
  /** Whether any value is all of this, at once. */
  solve(all: readonly F[]): Outcome;
  /** The same of texts alone: the names of members. */
  name(all: readonly F[]): Outcome;
  holds(id: F, value: JsonValue): boolean | undefined;
}

/** Values inside values deeper than this are not looked for. */
const DEEPEST = 40;
/** Questions with at most so many parts are compared by all of them. */
const WRITTEN_OUT = 64;

type Question = F | string;

export const makeSolver = (formulas: Formulas, patterns: Patterns, steps: Steps): Solver => {
  const holds = makeEvaluate(formulas, patterns.matches, steps);
  const known = new Map<Question, Outcome>();
  const asking = new Map<Question, number>();
  /** Impossible as long as what was taken to be impossible is; in the order in which it was found. */
  const taken = new Map<Question, number>();
  const names = new Map<F, Outcome>();

  const solve = (all: readonly F[]): Outcome => {
    steps.spend();
    const parts = [...new Set(all)].filter((part) => part !== TRUE);
    if (parts.includes(FALSE)) return UNSAT;
    if (parts.length === 0) return sat([null, true, 0, '', [], {}]);
    const question = questionOf(parts);
    if (question === FALSE) return UNSAT;
    const held = known.get(question);
    if (held !== undefined) return held;
    // A smallest value that is so would have, inside itself, a smaller one that is so: there is none on this path.
    const above = asking.get(question) ?? taken.get(question);
    if (above !== undefined) return { kind: 'unsat', open: above };
    const depth = asking.size;
    if (depth >= DEEPEST) return unknownAt(parts.at(-1));
    asking.set(question, depth);
    const before = taken.size;
    const found = firstOf(ways(parts));
    asking.delete(question);
    settle(found, depth, before);
    const outcome = found.open >= depth ? { ...found, open: CLOSED } : found;
    if (outcome.kind === 'sat' || outcome.open === CLOSED) known.set(question, outcome);
    else if (outcome.kind === 'unsat') taken.set(question, outcome.open);
    return outcome;
  };

  /** What was found impossible meanwhile: it stays so when this is, and is forgotten when this is not. */
  const settle = (found: Outcome, depth: number, before: number): void => {
    if (taken.size === before) return;
    const since = [...taken].slice(before);
    steps.spend(since.length);
    for (const [question, open] of since) {
      if (found.kind !== 'unsat') taken.delete(question);
      else if (open >= depth) {
        taken.delete(question);
        if (found.open >= depth) known.set(question, UNSAT);
        else taken.set(question, found.open);
      }
    }
  };

  /** Equal questions have equal names; large ones are not written out for that. */
  const questionOf = (parts: readonly F[]): Question => {
    const sizes = parts.map((part) => {
      const formula = formulas.get(part);
      return formula.kind === 'and' ? formula.parts.length : 1;
    });
    if (sizes.reduce((sum, size) => sum + size, 0) <= WRITTEN_OUT) return formulas.and(parts);
    return [...parts].sort((a, b) => a - b).join();
  };

  function* ways(parts: readonly F[]): Iterable<Outcome> {
    for (const type of JSON_TYPES) yield* branches(parts, type);
  }

  function* branches(parts: readonly F[], type: JsonType): Iterable<Outcome> {
    const whole = parts.map((part) => formulas.under(part, type));
    if (!whole.includes(FALSE)) yield* branch(whole, [], new Map(), type);
  }

  /** Case analysis: `todo` is still to be taken apart, `choices` wait until nothing else is left. */
  function* branch(
    todo: readonly F[],
    choices: readonly F[],
    said: ReadonlyMap<F, Said>,
    type: JsonType,
  ): Iterable<Outcome> {
    const mine = new Map(said);
    const waiting = [...choices];
    const open = [...todo];
    let seen = 0;
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      seen += 1;
      if (seen % 16 === 1) steps.spend();
      const formula = formulas.get(id);
      if (formula.kind === 'false' || mine.has(formulas.not(id))) return;
      if (formula.kind === 'and') open.push(...formula.parts);
      else if (formula.kind === 'or') waiting.push(id);
      else if (formula.kind === 'literal') mine.set(id, { id, literal: formula.literal });
    }
    const left: F[][] = [];
    for (const id of waiting) {
      const formula = formulas.get(id);
      if (formula.kind !== 'or') continue;
      steps.spend(formula.parts.length);
      if (formula.parts.some((part) => mine.has(part))) continue;
      left.push(formula.parts.filter((part) => !mine.has(formulas.not(part))));
    }
    left.sort((a, b) => a.length - b.length);
    const [choice, ...rest] = left;
    if (choice === undefined) {
      yield leaf([...mine.values()], type);
      return;
    }
    // What is impossible already is not taken further apart.
    const early = leaf([...mine.values()], type);
    if (early.kind === 'unsat') {
      yield early;
      return;
    }
    const after = rest.map((parts) => formulas.or(parts));
    for (const part of choice) yield* branch([part], after, mine, type);
  }

  const leaf = (said: readonly Said[], type: JsonType): Outcome => {
    steps.spend(1 + (said.length >> 4));
    if (contradicts(said)) return UNSAT;
    const fits = (value: JsonValue): boolean | undefined => {
      let all: boolean | undefined = true;
      for (const { id } of said) {
        const one = holds(id, value);
        if (one === false) return false;
        if (one === undefined) all = undefined;
      }
      return all;
    };
    const listed = said.flatMap(({ literal }) =>
      literal.op === 'enum' && literal.holds ? [[...literal.values.values()]] : [],
    );
    if (listed.length > 0) return among(listed.sort((a, b) => a.length - b.length)[0] ?? [], fits);
    switch (type) {
      case 'null':
        return among([null], fits);
      case 'boolean':
        return among([true, false], fits);
      case 'number':
        return numberOf(said, fits);
      case 'string':
        return stringOf(said, patterns, fits);
      case 'array':
        return arrayOf(said, solver, fits);
      case 'object':
        return objectOf(said, solver, fits);
    }
  };

  const name = (all: readonly F[]): Outcome => {
    const id = formulas.under(formulas.and(all), 'string');
    if (id === FALSE) return UNSAT;
    const held = names.get(id) ?? firstOf(branches([id], 'string'));
    names.set(id, held);
    return held;
  };

  const solver: Solver = { formulas, steps, solve, name, holds };
  return solver;
};

const among = (values: readonly JsonValue[], fits: (value: JsonValue) => boolean | undefined): Outcome => {
  const sure: JsonValue[] = [];
  const perhaps: JsonValue[] = [];
  for (const value of values) {
    const told = fits(value);
    if (told === true) sure.push(value);
    if (told === undefined) perhaps.push(value);
    if (sure.length >= 24) break;
  }
  if (sure.length > 0) return sat(sure);
  return perhaps.length > 0 ? sat(perhaps) : UNSAT;
};

/** What is not looked into and is said both to hold and not to. */
const contradicts = (said: readonly Said[]): boolean => {
  const held = new Map<string, boolean>();
  for (const { literal } of said) {
    const key =
      literal.op === 'opaque' || literal.op === 'pattern' || literal.op === 'format' || literal.op === 'content'
        ? `${literal.op} ${literal.text}`
        : literal.op === 'unique'
          ? literal.op
          : undefined;
    if (key === undefined || !('holds' in literal)) continue;
    if ((held.get(key) ?? literal.holds) !== literal.holds) return true;
    held.set(key, literal.holds);
  }
  return false;
};
