import { boundedMatcher } from '../../kernel/containment/index.ts';

export interface Matcher {
  test(text: string): boolean;
  /** ajv tells patterns apart by this. */
  toString(): string;
}

/**
 * Patterns as ajv runs them: in time that grows with the text alone. What only backtracking can do is left to the engine's own expressions,
 * unless it repeats what repeats, which may not end: that throws, so that the schema does not compile.
 */
export const boundedRegExp = Object.assign(
  (pattern: string, flags: string): Matcher => {
    const test = boundedMatcher(pattern);
    if (test !== undefined) return { test, toString: () => `/${pattern}/${flags}` };
    if (repeatsRepeated(pattern)) throw new SyntaxError('a pattern that may not end');
    const own = new RegExp(pattern, flags);
    return { test: (text) => own.test(text), toString: () => `/${pattern}/${flags}` };
  },
  { code: 'boundedRegExp' },
);

/** A group that has a quantifier or a choice in it, and is repeated; or more than two repetitions of no fixed number. */
const repeatsRepeated = (pattern: string): boolean => {
  const plain = pattern
    .replace(/\\./gs, 'a')
    .replace(/\[[^\]]*\]/gs, 'a')
    .replace(/\(\?/g, '(')
    .replace(/([*+?}])\?/g, '$1');
  const openAt: number[] = [];
  for (let at = 0; at < plain.length; at += 1) {
    if (plain[at] === '(') openAt.push(at);
    if (plain[at] !== ')') continue;
    const inner = plain.slice(openAt.pop(), at);
    if (/^[*+?{]/.test(plain.slice(at + 1)) && /[*+?{|]/.test(inner)) return true;
  }
  return (plain.match(/[*+?]|,\d*\}/g) ?? []).length > 2;
};
