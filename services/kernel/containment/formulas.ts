import { ALL_TYPES, bitsOf, type F, type JsonType, type Literal, TYPE_BITS, typeOf } from './literals.ts';
import type { Steps } from './steps.ts';

export const TRUE: F = 0;
export const FALSE: F = 1;

export type Formula =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly F[] }
  | { readonly kind: 'literal'; readonly literal: Literal }
  /** A schema that refers to itself; `name` says which, `holds` whether it or its negation. */
  | { readonly kind: 'recursion'; readonly name: string; readonly holds: boolean };

export interface Formulas {
  get(id: F): Formula;
  and(parts: readonly F[]): F;
  or(parts: readonly F[]): F;
  not(id: F): F;
  literal(literal: Literal): F;
  recursion(name: string): F;
  /** What a recursion stands for, once it is known. */
  define(name: string, meaning: F): void;
  /** Says that two formulas negate each other, where each has a form of its own. */
  opposites(one: F, other: F): F;
  /** The formula under the knowledge that the value is of this type: without recursions, and without literals of other types. */
  under(id: F, type: JsonType): F;
}

const STEPS_OF_CLASS = 4000;
const STEPS_OF_CLASS_AGAIN = 100;

/** Formulas are made once each: an id is a meaning. */
export const makeFormulas = (steps: Steps): Formulas => {
  const formulas: Formula[] = [{ kind: 'true' }, { kind: 'false' }];
  const ids = new Map<string, F>();
  const negations = new Map<F, F>([
    [TRUE, FALSE],
    [FALSE, TRUE],
  ]);
  const meanings = new Map<string, F>();
  const specialised = new Map<string, F>();
  const classes = new Set<string>();

  const make = (key: string, formula: Formula): F => {
    const held = ids.get(key);
    if (held !== undefined) return held;
    steps.spend();
    const id = formulas.push(formula) - 1;
    ids.set(key, id);
    return id;
  };
  const get = (id: F): Formula => formulas[id] as Formula;

  const junction = (kind: 'and' | 'or', parts: readonly F[]): F => {
    const [neutral, absorbing] = kind === 'and' ? [TRUE, FALSE] : [FALSE, TRUE];
    const flat = new Set<F>();
    for (const part of parts) {
      if (part === absorbing) return absorbing;
      if (part === neutral) continue;
      const formula = get(part);
      if (formula.kind === kind) for (const inner of formula.parts) flat.add(inner);
      else flat.add(part);
    }
    steps.spend(flat.size >> 1);
    for (const part of flat) {
      const opposite = negations.get(part);
      if (opposite !== undefined && flat.has(opposite)) return absorbing;
    }
    if (flat.size === 0) return neutral;
    const [only] = flat;
    if (flat.size === 1 && only !== undefined) return only;
    steps.spend((flat.size + 1) >> 1);
    // The order stands in the formula, not in its name: what is asked first is found first.
    return make(`${kind} ${[...flat].sort((a, b) => a - b).join()}`, { kind, parts: [...flat] });
  };
  const and = (parts: readonly F[]): F => junction('and', parts);
  const or = (parts: readonly F[]): F => junction('or', parts);

  /** Whoever matches by a class of Unicode goes once through all letters: the judge too, who counts no steps for that. */
  const meetClasses = (pattern: string): void => {
    for (const [name] of pattern.matchAll(/\\p\{[^}]*\}/gi)) {
      steps.spend(classes.has(name) ? STEPS_OF_CLASS_AGAIN : STEPS_OF_CLASS);
      classes.add(name);
    }
  };

  const literal = (said: Literal): F => {
    const plain = trivial(said);
    if (plain !== undefined) return plain;
    const key = keyOf(said);
    if (said.op === 'pattern' && !ids.has(key)) meetClasses(said.text);
    return make(key, { kind: 'literal', literal: said });
  };

  const opposites = (one: F, other: F): F => {
    if (!negations.has(one)) negations.set(one, other);
    if (!negations.has(other)) negations.set(other, one);
    return one;
  };

  const not = (id: F): F => {
    const held = negations.get(id);
    if (held !== undefined) return held;
    const formula = get(id);
    const made = ((): F => {
      switch (formula.kind) {
        case 'and':
          return or(formula.parts.map(not));
        case 'or':
          return and(formula.parts.map(not));
        case 'literal':
          return literal(negate(formula.literal, not));
        case 'recursion':
          return make(`recursion ${!formula.holds} ${formula.name}`, { ...formula, holds: !formula.holds });
        default:
          return formula.kind === 'true' ? FALSE : TRUE;
      }
    })();
    negations.set(id, made);
    if (!negations.has(made)) negations.set(made, id);
    return made;
  };

  const under = (id: F, type: JsonType): F => {
    const formula = get(id);
    if (formula.kind === 'true' || formula.kind === 'false') return id;
    const key = `${type} ${id}`;
    const held = specialised.get(key);
    if (held !== undefined) return held;
    steps.spend();
    const made = ((): F => {
      switch (formula.kind) {
        case 'and':
          return and(formula.parts.map((part) => under(part, type)));
        case 'or':
          return or(formula.parts.map((part) => under(part, type)));
        case 'recursion': {
          const meaning = meanings.get(formula.name) ?? TRUE;
          return under(formula.holds ? meaning : not(meaning), type);
        }
        case 'literal':
          return literalUnder(formula.literal, id, type, literal);
      }
    })();
    specialised.set(key, made);
    return made;
  };

  return {
    get,
    and,
    or,
    not,
    literal,
    recursion: (name) => make(`recursion true ${name}`, { kind: 'recursion', name, holds: true }),
    define: (name, meaning) => void meanings.set(name, meaning),
    opposites,
    under,
  };
};

const keyOf = (said: Literal): string => {
  if (said.op === 'enum') return `enum ${said.holds} ${JSON.stringify([...said.values.keys()].sort())}`;
  return Object.entries(said)
    .map(([name, value]) => `${name}=${String(value)}`)
    .sort()
    .join('\n');
};

/** Literals that say nothing, or what nothing fulfils; the weak say nothing of other types, the strong only their type. */
const trivial = (said: Literal): F | undefined => {
  const plain = (holds: boolean): F | undefined => {
    const weak = !('strong' in said) || !said.strong;
    if (!holds) return weak ? undefined : FALSE;
    return weak ? TRUE : undefined;
  };
  switch (said.op) {
    case 'types':
      return said.mask === 0 ? FALSE : said.mask === ALL_TYPES ? TRUE : undefined;
    case 'enum':
      return said.values.size > 0 ? undefined : said.holds ? FALSE : TRUE;
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return said.n <= 0 ? plain(true) : undefined;
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return said.n < 0 ? plain(false) : said.n === Number.POSITIVE_INFINITY ? plain(true) : undefined;
    case 'atLeast':
      return said.n <= 0 ? plain(true) : said.item === FALSE ? plain(false) : undefined;
    case 'atMost':
      return said.n < 0 ? plain(false) : said.item === FALSE ? plain(true) : undefined;
    case 'every':
      if (said.of === 'array') return said.item === TRUE || said.from >= said.to ? plain(true) : undefined;
      return said.keys === FALSE || said.value === TRUE ? plain(true) : undefined;
    case 'some':
      if (said.of === 'array') return said.item === FALSE || said.from >= said.to ? plain(false) : undefined;
      return said.keys === FALSE || said.value === FALSE ? plain(false) : undefined;
    default:
      return undefined;
  }
};

const negate = (said: Literal, not: (id: F) => F): Literal => {
  if (said.op === 'types') return { ...said, mask: ALL_TYPES & ~said.mask };
  if (said.op === 'enum' || said.op === 'opaque') return { ...said, holds: !said.holds };
  const strong = !said.strong;
  switch (said.op) {
    case 'ge':
      return { ...said, strong, op: 'lt' };
    case 'gt':
      return { ...said, strong, op: 'le' };
    case 'le':
      return { ...said, strong, op: 'gt' };
    case 'lt':
      return { ...said, strong, op: 'ge' };
    case 'minLength':
      return { ...said, strong, op: 'maxLength', n: said.n - 1 };
    case 'maxLength':
      return { ...said, strong, op: 'minLength', n: said.n + 1 };
    case 'minItems':
      return { ...said, strong, op: 'maxItems', n: said.n - 1 };
    case 'maxItems':
      return { ...said, strong, op: 'minItems', n: said.n + 1 };
    case 'minProperties':
      return { ...said, strong, op: 'maxProperties', n: said.n - 1 };
    case 'maxProperties':
      return { ...said, strong, op: 'minProperties', n: said.n + 1 };
    case 'atLeast':
      return { ...said, strong, op: 'atMost', n: said.n - 1 };
    case 'atMost':
      return { ...said, strong, op: 'atLeast', n: said.n + 1 };
    case 'every':
    case 'some': {
      const op = said.op === 'every' ? 'some' : 'every';
      if (said.of === 'array') return { ...said, strong, op, item: not(said.item) };
      return { ...said, strong, op, value: not(said.value) };
    }
    default:
      return { ...said, strong, holds: !said.holds };
  }
};

const literalUnder = (said: Literal, id: F, type: JsonType, literal: (said: Literal) => F): F => {
  if (said.op === 'opaque') return id;
  if (said.op === 'types') {
    const bits = said.mask & bitsOf(type);
    if (bits === 0) return FALSE;
    if (bits === bitsOf(type)) return TRUE;
    return literal({ of: 'number', op: 'multiple', n: 1, holds: bits === TYPE_BITS.integer, strong: false });
  }
  if (said.op === 'enum') {
    const values = new Map([...said.values].filter(([, value]) => typeOf(value) === type));
    if (values.size === 0) return said.holds ? FALSE : TRUE;
    return values.size === said.values.size ? id : literal({ ...said, values });
  }
  if (said.of !== type) return said.strong ? FALSE : TRUE;
  // Of its own type a literal's guard says nothing more.
  return said.strong ? literal(plainOf(said)) : id;
};

/** As weak; what is false of its own type stays strong, so that it is seen to be false. */
const plainOf = <L extends Literal & { readonly strong: boolean }>(said: L): L =>
  trivial(said) === undefined ? { ...said, strong: false } : said;
