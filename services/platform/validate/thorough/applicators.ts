import { isObject } from '../../../kernel/fields.ts';
import type { JsonObject, JsonValue } from '../../../kernel/strict-json.ts';
import type { Asked, Rule } from './face.ts';

/** All of them, also after one that does not hold: every problem is told. */
const all = <T>(list: Iterable<T>, holds: (item: T) => boolean): boolean => {
  let good = true;
  for (const item of list) good = holds(item) && good;
  return good;
};
const listOf = (said: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(said) ? said : []);
const mapOf = (said: JsonValue | undefined): JsonObject => (isObject(said) ? said : {});

/** Whether a schema holds of those members of an object that are meant. */
const members = (
  { value, seen, inside }: Asked,
  schemaOf: (name: string) => readonly JsonValue[] | JsonValue | undefined,
): boolean => {
  if (!isObject(value)) return true;
  return all(Object.entries(value), ([name, member]) => {
    const meant = schemaOf(name);
    if (meant === undefined) return true;
    const schemas = Array.isArray(meant) ? meant : [meant as JsonValue];
    if (schemas.length > 0) seen.names.add(name);
    return all(schemas, (schema) => inside(name, schema, member));
  });
};

/** Whether a schema holds of the items that `meant` picks. */
const items = ({ value, inside }: Asked, schemaOf: (index: number) => JsonValue | undefined): boolean =>
  !Array.isArray(value) ||
  all(value.entries(), ([index, item]) => {
    const schema = schemaOf(index);
    return schema === undefined || inside(index, schema, item);
  });

const patternsFor = ({ own, matches, spend }: Asked, name: string): readonly JsonValue[] => {
  const patterns = Object.entries(mapOf(own('patternProperties')));
  spend(patterns.length);
  return patterns.filter(([pattern]) => matches(pattern, name)).map(([, schema]) => schema);
};

const dependent = ({ value, here }: Asked, [name, schema]: readonly [string, JsonValue]): boolean =>
  !isObject(value) || !Object.hasOwn(value, name) || here(schema);

const contains: Rule = (said, { value, own, seen, inside }) => {
  if (!Array.isArray(value)) return true;
  let count = 0;
  for (const [index, item] of value.entries()) {
    if (!inside(index, said, item, true)) continue;
    count += 1;
    seen.some.add(index);
  }
  const [least, most] = [own('minContains') ?? 1, own('maxContains') ?? Number.POSITIVE_INFINITY];
  return count >= Number(least) && count <= Number(most);
};

/** The vocabulary `applicator`. */
export const APPLICATORS: Readonly<Record<string, Rule>> = {
  allOf: (said, { here }) => all(listOf(said), (schema) => here(schema)),
  anyOf: (said, { here }) => {
    const holding = listOf(said).filter((schema) => here(schema, true));
    return holding.length > 0;
  },
  oneOf: (said, { here }) => listOf(said).filter((schema) => here(schema, true)).length === 1,
  not: (said, { inside, value }) => !inside('', said, value, true),
  if: (said, { own, here }) => {
    const branch = here(said, true) ? own('then') : own('else');
    return branch === undefined || here(branch);
  },
  dependentSchemas: (said, asked) => all(Object.entries(mapOf(said)), (each) => dependent(asked, each)),
  // Of older drafts; the standard lets a validator go on reading it.
  dependencies: (said, asked) =>
    all(Object.entries(mapOf(said)), ([name, schema]) =>
      dependent(asked, [name, Array.isArray(schema) ? { required: schema } : schema]),
    ),
  prefixItems: (said, asked) => {
    const schemas = listOf(said);
    asked.seen.items = Math.max(asked.seen.items, schemas.length);
    return items(asked, (index) => schemas[index]);
  },
  items: (said, asked) => {
    const from = listOf(asked.own('prefixItems')).length;
    asked.seen.items = Number.POSITIVE_INFINITY;
    return items(asked, (index) => (index < from ? undefined : said));
  },
  contains,
  properties: (said, asked) => {
    const schemas = mapOf(said);
    return members(asked, (name) => (Object.hasOwn(schemas, name) ? schemas[name] : undefined));
  },
  patternProperties: (_, asked) => members(asked, (name) => patternsFor(asked, name)),
  additionalProperties: (said, asked) => {
    const told = mapOf(asked.own('properties'));
    return members(asked, (name) =>
      Object.hasOwn(told, name) || patternsFor(asked, name).length > 0 ? undefined : said,
    );
  },
  propertyNames: (said, { value, inside }) =>
    !isObject(value) || all(Object.keys(value), (name) => inside(name, said, name, true)),
};

/** The vocabulary `unevaluated`: asked last. */
export const UNEVALUATED: Readonly<Record<string, Rule>> = {
  unevaluatedItems: (said, asked) => {
    const { items: from, some } = asked.seen;
    asked.seen.items = Number.POSITIVE_INFINITY;
    return items(asked, (index) => (index < from || some.has(index) ? undefined : said));
  },
  unevaluatedProperties: (said, asked) => {
    const seen = new Set(asked.seen.names);
    return members(asked, (name) => (seen.has(name) ? undefined : said));
  },
};
