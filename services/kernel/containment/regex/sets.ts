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
  const [some, all] = [new RegExp(property, 'u'), new RegExp(`^${property}*$`, 'u')];
  const made: [number, number][] = [];
  // Whole blocks are mostly in or out.
  const look = (from: number, size: number): void => {
    const text = String.fromCodePoint(...Array.from({ length: size }, (_, index) => from + index));
    if (!some.test(text)) return;
    if (size === 1 || all.test(text)) made.push([from, from + size - 1]);
    else for (let at = from; at < from + size; at += size / 16) look(at, size / 16);
  };
  for (let at = 0; at <= LAST; at += BLOCK) if (at < 0xd000 || at > 0xdfff) look(at, BLOCK);
  look(0xd000, 256);
  for (let at = 0xd100; at < 0xd800; at += 256) look(at, 256);
  const ranges = unite(made);
  if (properties.size < PROPERTIES_AT_MOST) properties.set(property, ranges);
  return ranges;
};

const BLOCK = 4096;
