import { isObject } from '../fields.ts';
import type { JsonValue } from '../strict-json.ts';
import type { Built, Place } from './build.ts';
import { type F, typeOf } from './literals.ts';
import type { Solver } from './solve.ts';

/** The innermost place of a schema at which a document fails it; `way` is the failure that was asked for. */
export const placeOfFailure = (
  built: Built,
  { formulas, holds }: Pick<Solver, 'formulas' | 'holds'>,
  way: F,
  document: JsonValue,
): Place => {
  let best: Place = { pointer: '', keyword: '' };
  const take = (id: F): void => {
    const places = built.placesOf(id);
    const near = [...places].sort((a, b) => alike(b.pointer, best.pointer) - alike(a.pointer, best.pointer))[0];
    if (near !== undefined) best = near;
  };
  const descend = (id: F, value: JsonValue, depth: number): void => {
    if (depth > 64) return;
    take(id);
    const formula = formulas.get(id);
    if (formula.kind === 'and' || (formula.kind === 'or' && formula.parts.length === 1)) {
      const part =
        formula.parts.find((each) => holds(each, value) === false) ??
        formula.parts.find((each) => holds(each, value) === undefined);
      if (part !== undefined) descend(part, value, depth + 1);
    } else if (formula.kind === 'recursion') {
      const meaning = formulas.under(id, typeOf(value));
      if (meaning !== id) descend(meaning, value, depth + 1);
    } else if (formula.kind === 'literal' && formula.literal.op === 'every') {
      const said = formula.literal;
      const inner = said.of === 'array' ? said.item : said.value;
      const members: readonly JsonValue[] =
        said.of === 'array'
          ? Array.isArray(value)
            ? value.slice(said.from, said.to)
            : []
          : isObject(value)
            ? Object.entries(value).flatMap(([name, member]) => (holds(said.keys, name) === false ? [] : [member]))
            : [];
      const told = members.map((member) => holds(inner, member));
      const at = told.includes(false) ? told.indexOf(false) : told.indexOf(undefined);
      if (at !== -1) descend(inner, members[at] ?? null, depth + 1);
    }
  };
  const part = formulas.not(way);
  descend(built.placesOf(part).length > 0 ? part : built.root, document, 0);
  return best;
};

const alike = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
};
