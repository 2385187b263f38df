import { escapePointer } from '../../../kernel/containment/keywords.ts';
import type { Location } from '../../../kernel/containment/resolve.ts';
import { isObject } from '../../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../../kernel/strict-json.ts';
import { APPLICATORS, UNEVALUATED } from './applicators.ts';
import type { Dialect } from './dialect.ts';
import type { Asked, Problem, Rule, Seen } from './face.ts';
import { hasFormat } from './formats.ts';
import { VALIDATION } from './scalars.ts';

/** What one evaluation reads its schemas with. */
export interface World {
  /** Throws when there is nothing of that name. */
  resolve(reference: string, from: Location): Location;
  inside(from: Location, inner: JsonValue): Location;
  dialectOf(location: Location): Dialect;
  matcher(pattern: string): { test(text: string): boolean };
  /** Throws when nothing is left. */
  spend(count: number): void;
}

/** The resources through which an evaluation came (core, 7.1), the innermost first. */
interface Scope {
  readonly location: Location;
  readonly outer: Scope | undefined;
}

interface Frame {
  readonly world: World;
  readonly scope: Scope | undefined;
  readonly at: string;
  readonly problems: Problem[];
}

const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({ ...VALIDATION, ...APPLICATORS, format: (said, { value }) => hasFormat(String(said), value) }),
);
const LAST: ReadonlyMap<string, Rule> = new Map(Object.entries(UNEVALUATED));

/** What is wrong with a value by the schema at `location`. */
export const evaluate = (world: World, location: Location, value: JsonValue): readonly Problem[] => {
  const problems: Problem[] = [];
  of({ world, scope: undefined, at: '', problems }, location, value);
  return problems;
};

/** What was looked at, when the schema holds. */
const of = (frame: Frame, location: Location, value: JsonValue): Seen | undefined => {
  const { world, at, problems } = frame;
  world.spend(1);
  const { schema } = location;
  const seen: Seen = { names: new Set(), some: new Set(), items: 0 };
  if (!isObject(schema)) {
    if (schema === true) return seen;
    problems.push({ at, keyword: 'false' });
    return undefined;
  }
  const scope = frame.scope?.location.base === location.base ? frame.scope : { location, outer: frame.scope };
  const within = { ...frame, scope };
  const dialect = world.dialectOf(location);
  const asked = askedOf(within, location, value, seen);

  let good = true;
  const ask = (keyword: string, holds: boolean): void => {
    if (!holds) problems.push({ at, keyword });
    good = holds && good;
  };
  for (const [keyword, said] of Object.entries(schema)) {
    if (keyword === '$ref' || keyword === '$dynamicRef') {
      const target = targetOf(keyword, String(said), within, location);
      ask(keyword, joined(seen, of(within, target, value)));
    } else if (keyword !== 'format' ? dialect.knows(keyword) : dialect.formats) {
      const rule = RULES.get(keyword);
      if (rule !== undefined) ask(keyword, rule(said, asked));
    }
  }
  if (!good) return undefined;
  for (const [keyword, rule] of LAST) {
    const said = asked.own(keyword);
    if (said !== undefined) ask(keyword, rule(said, asked));
  }
  return good ? seen : undefined;
};

const askedOf = (frame: Frame, location: Location, value: JsonValue, seen: Seen): Asked => {
  const { world, at, problems } = frame;
  const schema = location.schema as JsonObject;
  const dialect = world.dialectOf(location);
  return {
    schema,
    value,
    seen,
    own: (keyword) => (Object.hasOwn(schema, keyword) && dialect.knows(keyword) ? schema[keyword] : undefined),
    here: (inner, quiet = false) =>
      joined(seen, of({ ...frame, problems: quiet ? [] : problems }, world.inside(location, inner), value)),
    inside: (step, inner, member, quiet = false) =>
      of(
        { ...frame, at: `${at}/${escapePointer(String(step))}`, problems: quiet ? [] : problems },
        world.inside(location, inner),
        member,
      ) !== undefined,
    matches: (pattern, text) => {
      world.spend(1 + (text.length >> 6));
      return world.matcher(pattern).test(text);
    },
    spend: world.spend,
  };
};

const joined = (seen: Seen, inner: Seen | undefined): boolean => {
  if (inner === undefined) return false;
  for (const name of inner.names) seen.names.add(name);
  for (const index of inner.some) seen.some.add(index);
  seen.items = Math.max(seen.items, inner.items);
  return true;
};

/** Where a reference leads; a dynamic one to the outermost resource on the way here that has its anchor (core, 8.2.3.2). */
const targetOf = (keyword: string, reference: string, { world, scope }: Frame, location: Location): Location => {
  const target = world.resolve(reference, location);
  const anchor = reference.slice(reference.indexOf('#') + 1);
  if (keyword === '$ref' || !hasDynamicAnchor(target, anchor)) return target;
  let found = target;
  for (let at = scope; at !== undefined; at = at.outer) {
    const candidate = dynamicAnchorIn(world, at.location, anchor);
    if (candidate !== undefined) found = candidate;
  }
  return found;
};

const hasDynamicAnchor = ({ schema }: Location, anchor: string): boolean =>
  isObject(schema) && Object.hasOwn(schema, '$dynamicAnchor') && schema.$dynamicAnchor === anchor;

const dynamicAnchorIn = (world: World, location: Location, anchor: string): Location | undefined => {
  try {
    const candidate = world.resolve(`${location.base}#${anchor}`, location);
    return hasDynamicAnchor(candidate, anchor) ? candidate : undefined;
  } catch {
    return undefined;
  }
};
