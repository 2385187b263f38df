import type { Steps } from '../steps.ts';
import type { Automaton } from './automaton.ts';
import { has, LAST, type Ranges } from './sets.ts';

export type Search =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly texts: readonly string[] }
  | { readonly kind: 'unknown' };

export interface Wanted {
  /** Patterns that a text must match, and must not. */
  readonly positive: readonly Automaton[];
  readonly negative: readonly Automaton[];
  readonly least: number;
  readonly most: number;
}

const MOST_STATES = 3000;
const MOST_PATHS = 6;
const MOST_TEXTS = 24;

/** Texts that match all and none of the others, shortest first; `none` when it is proven that there are none. */
export const searchTexts = ({ positive, negative, least, most }: Wanted, steps: Steps): Search => {
  const machines = [...positive, ...negative];
  const letters = lettersOf(machines, steps);
  if (letters === undefined) return { kind: 'unknown' };
  interface Node {
    readonly states: readonly (readonly number[])[];
    readonly length: number;
    readonly before: Node | undefined;
    readonly letter: number;
  }
  const seen = new Set<string>();
  const found: Node[] = [];
  let level: Node[] = [{ states: machines.map(({ start }) => start), length: 0, before: undefined, letter: -1 }];
  const good = ({ states, length }: Node): boolean =>
    length >= least &&
    machines.every((machine, index) => machine.accepts(states[index] ?? []) === index < positive.length);
  while (level.length > 0 && found.length < MOST_PATHS) {
    const next: Node[] = [];
    for (const node of level) {
      if (good(node) && found.push(node) >= MOST_PATHS) break;
      if (node.length >= most) continue;
      for (const [letter, { point }] of letters.entries()) {
        steps.spend(machines.length);
        const states = machines.map((machine, index) => machine.step(node.states[index] ?? [], point));
        if (states.some((held, index) => held.length === 0 && index < positive.length)) continue;
        const length = node.length + 1;
        const key = `${length < least ? length : least} ${states.map((held) => held.join()).join(';')}`;
        if (seen.has(key)) continue;
        if (seen.size >= MOST_STATES) return found.length > 0 ? texts(found) : { kind: 'unknown' };
        seen.add(key);
        next.push({ states, length, before: node, letter });
      }
    }
    level = next;
  }
  return found.length > 0 ? texts(found) : { kind: 'none' };

  function texts(ends: readonly Node[]): Search {
    const made = new Set<string>();
    for (const end of ends) {
      const path: number[] = [];
      for (let node: Node | undefined = end; node !== undefined && node.letter >= 0; node = node.before)
        path.unshift(node.letter);
      const plain = path.map((letter) => letters?.[letter]?.shown[0] ?? 'a');
      made.add(plain.join(''));
      for (const [place, letter] of path.entries()) {
        for (const other of letters?.[letter]?.shown ?? []) {
          if (made.size >= MOST_TEXTS) break;
          made.add([...plain.slice(0, place), other, ...plain.slice(place + 1)].join(''));
        }
      }
    }
    return { kind: 'found', texts: [...made] };
  }
};

interface Letter {
  readonly point: number;
  readonly shown: readonly string[];
}

const MOST_CUTS = 20_000;
const LIKED = 'abcdefgABC0123456789-_ .@ع';

/** One letter for each kind that the machines tell apart, with others of its kind to show. */
const lettersOf = (machines: readonly Automaton[], steps: Steps): readonly Letter[] | undefined => {
  // A repeated part has one set for all its states.
  const sets = new Map<string, Ranges>();
  for (const set of new Set(machines.flatMap(({ sets: own }) => own))) sets.set(set.join(';'), set);
  const cuts = new Set<number>([0]);
  for (const set of sets.values()) {
    for (const [from, to] of set) {
      cuts.add(from);
      if (to < LAST) cuts.add(to + 1);
    }
  }
  if (cuts.size * sets.size > MOST_CUTS * 10) return undefined;
  for (const letter of LIKED) cuts.add(letter.codePointAt(0) ?? 0);
  steps.spend(cuts.size * (1 + (sets.size >> 2)));
  const told = [...sets.values()];
  const kinds = new Map<string, number[]>();
  for (const cut of cuts) {
    const kind = told.map((set) => (has(set, cut) ? '1' : '0')).join('');
    const held = kinds.get(kind);
    if (held === undefined) kinds.set(kind, [cut]);
    else if (held.length < 40) held.push(cut);
  }
  return [...kinds.values()].map((points) => {
    const shown = points
      .filter(sayable)
      .sort((a, b) => likeness(a) - likeness(b))
      .map((point) => String.fromCodePoint(point));
    return { point: points[0] ?? 0, shown: shown.slice(0, 12) };
  });
};

/** Half of a pair is no letter of a document. */
const sayable = (point: number): boolean => point < 0xd800 || point > 0xdfff;

const likeness = (point: number): number => {
  const at = LIKED.indexOf(String.fromCodePoint(point));
  return at === -1 ? LIKED.length + (point < 0x20 ? 1e7 : point) : at;
};
