import type { Steps } from '../steps.ts';
import { type Automaton, automatonOf } from './automaton.ts';
import { type Search, searchTexts, type Wanted } from './search.ts';

export interface Patterns {
  /** The machine of a pattern; undefined when it is not looked into. */
  of(text: string): Automaton | undefined;
  /** As `of`, without patterns that every text matches: these are mostly mistakes, and nothing is proven from them. */
  told(text: string): Automaton | undefined;
  matches(text: string, value: string): boolean | undefined;
  search(wanted: Wanted): Search;
}

/** The patterns of one check. */
export const makePatterns = (steps: Steps): Patterns => {
  const machines = new Map<string, Automaton | undefined>();
  const universal = new Map<string, boolean>();
  const of = (text: string): Automaton | undefined => {
    if (!machines.has(text)) {
      steps.spend(1 + (text.length >> 3));
      const made = automatonOf(text);
      steps.spend(made?.size ?? 1);
      machines.set(text, made);
    }
    return machines.get(text);
  };
  return {
    of,
    told: (text) => {
      const machine = of(text);
      if (machine === undefined) return undefined;
      const held =
        universal.get(text) ??
        searchTexts({ positive: [], negative: [machine], least: 0, most: Number.POSITIVE_INFINITY }, steps).kind ===
          'none';
      universal.set(text, held);
      return held ? undefined : machine;
    },
    matches: (text, value) => {
      const machine = of(text);
      if (machine === undefined) return undefined;
      steps.spend(1 + Math.ceil((value.length * machine.size) / 64));
      return machine.test(value);
    },
    search: (wanted) => searchTexts(wanted, steps),
  };
};

/** Whether a text matches a pattern, in time that grows with the text's length alone; undefined when the pattern is not read here. */
export const boundedMatcher = (pattern: string): ((text: string) => boolean) | undefined => automatonOf(pattern)?.test;
