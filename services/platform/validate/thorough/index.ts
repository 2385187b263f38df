import { WaslError } from '../../../kernel/codes.ts';
import { schemasInside } from '../../../kernel/containment/keywords.ts';
import { type Location, makeResolver, type Resolver } from '../../../kernel/containment/resolve.ts';
import { countSteps } from '../../../kernel/containment/steps.ts';
import { isObject } from '../../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../../kernel/strict-json.ts';
import { boundedRegExp } from '../bounded-regexp.ts';
import { type Dialect, dialectOf, withoutDialect } from './dialect.ts';
import { evaluate, type World } from './evaluate.ts';
import type { Problem } from './face.ts';
import { standardSchemas } from './standard-schemas.ts';

export type { Problem } from './face.ts';

/**
 * Reads a schema of draft 2020-12 by the letter: `$dynamicRef`, `unevaluated*`, embedded resources and vocabularies with them, which ajv
 * reads otherwise. Slower than what ajv compiles, and made without compiling. Throws for a schema that cannot be read so: an unreachable reference,
 * a pattern that is none or may not end, another draft, a vocabulary that nobody here knows. What it makes throws `schema-check-exhausted`
 * where a document would take more than `limit` steps.
 */
export const readThoroughly = (
  schema: JsonValue,
  references: ReadonlyMap<string, JsonValue>,
  limit: number,
): ((value: JsonValue) => readonly Problem[]) => {
  const all = new Map([...standardSchemas(), ...references]);
  const dialects = new Map<string, Dialect>();
  const read = new Map<string, JsonValue>();
  for (const [uri, registered] of all) {
    const dialect = dialectOf(registered, all);
    // Nothing is read by the rules of another draft: what refers there is refused.
    if (dialect === undefined) continue;
    dialects.set(uri, dialect);
    read.set(uri, withoutDialect(registered));
  }
  const own = dialectOf(schema, all);
  if (own === undefined) throw new WaslError('schema-draft-unknown', { draft: '$schema' });
  dialects.set('', own);
  const resolver = makeResolver(withoutDialect(schema), read, countSteps(Number.POSITIVE_INFINITY));
  const world: World = {
    resolve: remembered(resolver),
    inside: (from, inner) => resolver.inside(from, '', inner),
    dialectOf: ({ document }) => dialects.get(document) ?? own,
    matcher: matchers(),
    spend: () => {},
  };
  // Under its own `$id`, where it has one.
  const root = world.inside(resolver.root, resolver.root.schema);
  mustBeReadable(root, world);
  return (value) => {
    const steps = countSteps(limit);
    return evaluate({ ...world, spend: steps.spend }, root, value);
  };
};

const matchers = (): World['matcher'] => {
  const held = new Map<string, ReturnType<typeof boundedRegExp>>();
  return (pattern) => {
    const made = held.get(pattern) ?? boundedRegExp(pattern, 'u');
    held.set(pattern, made);
    return made;
  };
};

const remembered = (resolver: Resolver): World['resolve'] => {
  const held = new WeakMap<JsonObject, Map<string, Location>>();
  return (reference, from) => {
    const schema = from.schema as JsonObject;
    const of = held.get(schema) ?? new Map<string, Location>();
    const target = of.get(reference) ?? resolver.resolve(reference, from);
    held.set(schema, of.set(reference, target));
    return target;
  };
};

/** Every place to which a document may lead: its references are there, and its patterns are patterns. */
const mustBeReadable = (root: Location, { resolve, inside, matcher }: World): void => {
  const seen = new Set<JsonValue>();
  const open = [root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { schema } = at;
    if (!isObject(schema) || seen.has(schema)) continue;
    seen.add(schema);
    const said = (name: string): JsonValue | undefined => (Object.hasOwn(schema, name) ? schema[name] : undefined);
    for (const reference of [said('$ref'), said('$dynamicRef')]) {
      if (typeof reference === 'string') open.push(resolve(reference, at));
    }
    const [pattern, patterns] = [said('pattern'), said('patternProperties')];
    if (typeof pattern === 'string') matcher(pattern);
    for (const each of isObject(patterns) ? Object.keys(patterns) : []) matcher(each);
    for (const { inner } of schemasInside(schema)) open.push(inside(at, inner));
  }
};
