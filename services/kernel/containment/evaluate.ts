import { canonicalJson } from '../canonical.ts';
import { isObject } from '../fields.ts';
import type { JsonObject, JsonValue } from '../strict-json.ts';
import type { Formulas } from './formulas.ts';
import { codePoints, type F, type Literal, typeOf } from './literals.ts';
import { isMultiple } from './multiples.ts';
import type { Steps } from './steps.ts';

/** Whether a formula holds of a value; undefined where that cannot be said here (patterns and formats that are not looked into). */
export type Evaluate = (id: F, value: JsonValue) => boolean | undefined;

/** Letters that are read in the time of a step, as a power of two. */
const LETTERS_A_STEP = 8;

export const makeEvaluate = (
  formulas: Formulas,
  matches: (pattern: string, text: string) => boolean | undefined,
  steps: Steps,
): Evaluate => {
  const texts = new WeakMap<object, string>();
  const textOf = (value: JsonValue): string => {
    if (typeof value !== 'object' || value === null) return canonicalJson(value);
    const text = texts.get(value) ?? canonicalJson(value);
    if (!texts.has(value)) steps.spend(text.length >> LETTERS_A_STEP);
    texts.set(value, text);
    return text;
  };

  const evaluate: Evaluate = (id, value) => {
    steps.spend(1 + (typeof value === 'string' ? value.length >> LETTERS_A_STEP : 0));
    const formula = formulas.get(formulas.under(id, typeOf(value)));
    switch (formula.kind) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'and':
        return every(formula.parts, (part) => evaluate(part, value));
      case 'or':
        return some(formula.parts, (part) => evaluate(part, value));
      case 'literal':
        return literal(formula.literal, value);
      case 'recursion':
        return undefined;
    }
  };

  const literal = (said: Literal, value: JsonValue): boolean | undefined => {
    switch (said.op) {
      case 'types':
      case 'opaque':
        return undefined;
      case 'enum':
        return said.values.has(textOf(value)) === said.holds;
      case 'ge':
        return (value as number) >= said.n;
      case 'gt':
        return (value as number) > said.n;
      case 'le':
        return (value as number) <= said.n;
      case 'lt':
        return (value as number) < said.n;
      case 'multiple':
        return flip(isMultiple(value as number, said.n), said.holds);
      case 'minLength':
        return codePoints(value as string) >= said.n;
      case 'maxLength':
        return codePoints(value as string) <= said.n;
      case 'pattern':
        return flip(matches(said.text, value as string), said.holds);
      case 'format':
      case 'content':
        return undefined;
      default:
        return said.of === 'array' ? ofArray(said, value as readonly JsonValue[]) : ofObject(said, value);
    }
  };

  const ofArray = (said: Literal & { of: 'array' }, items: readonly JsonValue[]): boolean | undefined => {
    switch (said.op) {
      case 'minItems':
        return items.length >= said.n;
      case 'maxItems':
        return items.length <= said.n;
      case 'unique':
        return (new Set(items.map(textOf)).size === items.length) === said.holds;
      case 'every':
        return every(items.slice(said.from, said.to), (item) => evaluate(said.item, item));
      case 'some':
        return some(items.slice(said.from, said.to), (item) => evaluate(said.item, item));
      default: {
        const told = items.map((item) => evaluate(said.item, item));
        const sure = told.filter((each) => each === true).length;
        const perhaps = told.filter((each) => each !== false).length;
        const least = said.op === 'atLeast';
        if (least ? sure >= said.n : perhaps <= said.n) return true;
        return (least ? perhaps < said.n : sure > said.n) ? false : undefined;
      }
    }
  };

  const ofObject = (said: Literal, value: JsonValue): boolean | undefined => {
    if (said.of !== 'object' || !isObject(value)) return undefined;
    const members = 'keys' in said ? membersMeant(said.keys, value) : Object.entries(value);
    switch (said.op) {
      case 'minProperties':
        return members.length >= said.n;
      case 'maxProperties':
        return members.length <= said.n;
      case 'every':
        return every(members, ([name, member]) => {
          const meant = evaluate(said.keys, name);
          if (meant === false) return true;
          const fits = evaluate(said.value, member);
          return fits === true ? true : meant === true ? fits : undefined;
        });
      case 'some':
        return some(members, ([name, member]) => {
          const meant = evaluate(said.keys, name);
          if (meant === false) return false;
          const fits = evaluate(said.value, member);
          return fits === false ? false : meant === true ? fits : undefined;
        });
    }
  };
  /** The members that a formula about names can mean: of listed names, those that are there. */
  const membersMeant = (keys: F, value: JsonObject): readonly (readonly [string, JsonValue])[] => {
    const formula = formulas.get(keys);
    if (formula.kind !== 'literal' || formula.literal.op !== 'enum' || !formula.literal.holds) {
      return Object.entries(value);
    }
    return [...formula.literal.values.values()].flatMap((name): [string, JsonValue][] => {
      const member = typeof name === 'string' && Object.hasOwn(value, name) ? value[name] : undefined;
      return member === undefined ? [] : [[String(name), member]];
    });
  };
  return evaluate;
};

const flip = (told: boolean | undefined, holds: boolean): boolean | undefined =>
  told === undefined ? undefined : told === holds;

const every = <T>(list: readonly T[], told: (item: T) => boolean | undefined): boolean | undefined => {
  let all: boolean | undefined = true;
  for (const item of list) {
    const one = told(item);
    if (one === false) return false;
    if (one === undefined) all = undefined;
  }
  return all;
};

const some = <T>(list: readonly T[], told: (item: T) => boolean | undefined): boolean | undefined => {
  let any: boolean | undefined = false;
  for (const item of list) {
    const one = told(item);
    if (one === true) return true;
    if (one === undefined) any = undefined;
  }
  return any;
};
