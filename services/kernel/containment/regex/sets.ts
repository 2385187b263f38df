/** Code points as ascending, disjoint, inclusive ranges. */
export type Ranges = readonly (readonly [number, number])[];

export const LAST = 0x10ffff;
export const ANY: Ranges = [[0, LAST]];

export const unite = (all: Ranges): Ranges => {
  const made: [number, number][] = [];
  for (const [from, to] of [...all].sort((a, b) => a[0] - b[0])) {
    const last = made.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else made.push([from, to]);
  }
  return made;
};

export const complement = (ranges: Ranges): Ranges => {
  const made: [number, number][] = [];
  let next = 0;
  for (const [from, to] of unite(ranges)) {
    if (from > next) made.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST) made.push([next, LAST]);
  return made;
};

export const has = (ranges: Ranges, point: number): boolean => {
  let [low, high] = [0, ranges.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = ranges[middle] ?? [0, 0];
    if (point < from) high = middle - 1;
    else if (point > to) low = middle + 1;
    else return true;
  }
  return false;
};

const DIGITS: Ranges = [[0x30, 0x39]];
const WORDS: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
/** WhiteSpace and LineTerminator of ECMA-262. */
const SPACES: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
/** What a point matches: everything but the ends of lines. */
export const POINT: Ranges = complement([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);

/** The class of `\d`, `\W` and their like. */
export const classOf = (letter: string): Ranges | undefined => {
  const plain = { d: DIGITS, w: WORDS, s: SPACES }[letter.toLowerCase()];
  if (plain === undefined) return undefined;
  return letter === letter.toLowerCase() ? plain : complement(plain);
};

const properties = new Map<string, Ranges>();
const PROPERTIES_AT_MOST = 64;

/** The class of `\p{…}`, as this engine's Unicode has it. */
export const propertyOf = (property: string): Ranges => {
  const held = properties.get(property);
  if (held !== undefined) return held;
  const run = new RegExp(`${property}+`, 'gu');
  const made: [number, number][] = [];
  for (let from = 0; from <= LAST; from += BLOCK) {
    // Half of a pair is no letter.
    if (from >= 0xd800 && from <= 0xdfff) continue;
    const units = from > 0xffff ? 2 : 1;
    for (const { 0: text, index } of block(from).matchAll(run)) {
      made.push([from + index / units, from + (index + text.length) / units - 1]);
    }
  }
  const ranges = unite(made);
  if (properties.size < PROPERTIES_AT_MOST) properties.set(property, ranges);
  return ranges;
};

/** Code points that are looked at together; the halves of pairs are one such block. */
const BLOCK = 2048;
const blocks = new Map<number, string>();
const block = (from: number): string => {
  const text = blocks.get(from) ?? String.fromCodePoint(...Array.from({ length: BLOCK }, (_, index) => from + index));
  blocks.set(from, text);
  return text;
};
