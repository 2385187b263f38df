import { ANY, classOf, complement, POINT, propertyOf, type Ranges, unite } from './sets.ts';

/** A regular expression without what only backtracking can do. */
export type Pattern =
  | { readonly kind: 'set'; readonly ranges: Ranges }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly least: number; readonly most: number };

/** Reads JavaScript's `u` syntax; undefined for what is not read: look-around, references back, word boundaries. */
export const parsePattern = (text: string): Pattern | undefined => {
  try {
    const reader = makeReader([...text]);
    const made = reader.choice(0);
    return reader.done() ? made : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** Thrown inside this file alone. */
const unread = (): RangeError => new RangeError('not a pattern that is read here');

const DEEPEST = 100;

const makeReader = (letters: readonly string[]) => {
  let at = 0;
  const peek = (): string | undefined => letters[at];
  const eat = (wanted: string): boolean => {
    if (letters[at] !== wanted) return false;
    at += 1;
    return true;
  };
  const take = (): string => {
    const letter = letters[at];
    if (letter === undefined) throw unread();
    at += 1;
    return letter;
  };

  const choice = (depth: number): Pattern => {
    if (depth > DEEPEST) throw unread();
    const parts = [sequence(depth)];
    while (eat('|')) parts.push(sequence(depth));
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'choice', parts };
  };

  const sequence = (depth: number): Pattern => {
    const parts: Pattern[] = [];
    for (let next = peek(); next !== undefined && next !== '|' && next !== ')'; next = peek()) parts.push(term(depth));
    return { kind: 'sequence', parts };
  };

  const term = (depth: number): Pattern => {
    if (eat('^')) return { kind: 'start' };
    if (eat('$')) return { kind: 'end' };
    return quantified(atom(depth));
  };

  const atom = (depth: number): Pattern => {
    const letter = take();
    if (letter === '(') {
      if (eat('?')) {
        if (eat('<')) {
          // A name; `<=` and `<!` look behind.
          if (peek() === '=' || peek() === '!') throw unread();
          while (take() !== '>');
        } else if (!eat(':')) throw unread();
      }
      const inner = choice(depth + 1);
      if (!eat(')')) throw unread();
      return inner;
    }
    if (letter === '.') return { kind: 'set', ranges: POINT };
    if (letter === '[') return { kind: 'set', ranges: classRanges() };
    if (letter === '\\') return { kind: 'set', ranges: escaped(false) };
    if ('*+?{}])'.includes(letter)) throw unread();
    return { kind: 'set', ranges: one(letter) };
  };

  const quantified = (part: Pattern): Pattern => {
    let [least, most] = [1, 1];
    if (eat('*')) [least, most] = [0, Number.POSITIVE_INFINITY];
    else if (eat('+')) [least, most] = [1, Number.POSITIVE_INFINITY];
    else if (eat('?')) [least, most] = [0, 1];
    else if (eat('{')) {
      least = number();
      most = eat(',') ? (peek() === '}' ? Number.POSITIVE_INFINITY : number()) : least;
      if (!eat('}')) throw unread();
    } else return part;
    // Lazy or greedy, the texts are the same.
    eat('?');
    return { kind: 'repeat', part, least, most };
  };

  const number = (): number => {
    let digits = '';
    while (/^\d$/.test(peek() ?? '')) digits += take();
    if (digits === '') throw unread();
    return Number(digits);
  };

  const classRanges = (): Ranges => {
    const negative = eat('^');
    const made: (readonly [number, number])[] = [];
    while (!eat(']')) {
      const from = member();
      if (peek() === '-' && letters[at + 1] !== ']' && letters[at + 1] !== undefined) {
        at += 1;
        const to = member();
        const [[low] = [-1], [, high] = [-1, -1]] = [from[0] ?? [-1], to[0] ?? [-1, -1]];
        if (from.length !== 1 || to.length !== 1 || low < 0 || high < low) throw unread();
        made.push([low, high]);
      } else made.push(...from);
    }
    return negative ? complement(made) : unite(made);
  };

  const member = (): Ranges => {
    const letter = take();
    return letter === '\\' ? escaped(true) : one(letter);
  };

  const escaped = (inClass: boolean): Ranges => {
    const letter = take();
    const known = classOf(letter);
    if (known !== undefined) return known;
    if (letter === 'p' || letter === 'P') {
      let name = '';
      for (let next = take(); next !== '}'; next = take()) name += next;
      return propertyOf(`\\${letter}${name}}`);
    }
    const control = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d }[letter];
    if (control !== undefined) return [[control, control]];
    if (letter === '0' && !/^\d$/.test(peek() ?? '')) return [[0, 0]];
    if (letter === 'b' && inClass) return [[8, 8]];
    if (letter === 'c') {
      const point = (take().codePointAt(0) ?? 0) % 32;
      return [[point, point]];
    }
    if (letter === 'x') return hex(2);
    if (letter === 'u') {
      if (!eat('{')) return unit();
      let digits = '';
      for (let next = take(); next !== '}'; next = take()) digits += next;
      const point = Number.parseInt(digits, 16);
      return [[point, point]];
    }
    if ('^$\\.*+?()[]{}|/'.includes(letter) || (letter === '-' && inClass)) return one(letter);
    throw unread();
  };

  /** `\uXXXX`, and a pair of them where they are one letter. */
  const unit = (): Ranges => {
    const [[high] = [0]] = hex(4);
    if (high < 0xd800 || high > 0xdbff || letters[at] !== '\\' || letters[at + 1] !== 'u') return [[high, high]];
    const low = Number.parseInt(letters.slice(at + 2, at + 6).join(''), 16);
    if (!(low >= 0xdc00 && low <= 0xdfff)) return [[high, high]];
    at += 6;
    const point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    return [[point, point]];
  };

  const hex = (count: number): Ranges => {
    const digits = Array.from({ length: count }, take).join('');
    if (!/^[0-9a-fA-F]+$/.test(digits)) throw unread();
    const point = Number.parseInt(digits, 16);
    return [[point, point]];
  };

  return { choice, done: () => at === letters.length };
};

const one = (letter: string): Ranges => {
  const point = letter.codePointAt(0) ?? 0;
  return [[point, point]];
};

export const EVERYTHING: Pattern = {
  kind: 'repeat',
  part: { kind: 'set', ranges: ANY },
  least: 0,
  most: Number.POSITIVE_INFINITY,
};
