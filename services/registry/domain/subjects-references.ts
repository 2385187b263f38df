import { WaslError } from '../../kernel/codes.ts';
import type { SchemaSource } from '../../kernel/containment/index.ts';
import { schemasInside } from '../../kernel/containment/keywords.ts';
import { LARGEST_SCHEMA } from '../../kernel/containment/read.ts';
import { type Location, makeResolver } from '../../kernel/containment/resolve.ts';
import { countSteps } from '../../kernel/containment/steps.ts';
import { isObject } from '../../kernel/fields.ts';
import { type JsonObject, type JsonValue, parseStrictJson } from '../../kernel/strict-json.ts';
import type { Reference } from './subjects.ts';
import type { SubjectReads } from './subjects-store.ts';

const MOST = 200;
/** Letters of all that a schema refers to. */
const LARGEST = 2 * LARGEST_SCHEMA;
const MOST_STEPS = 1_000_000;

/**
 * Reads what a schema refers to, and what that refers to. Registered versions only refer to older ones, so it ends.
 * `schema-reference-unreachable` when one is not registered; `schema-call-invalid` when one name means two schemas, or there are more than 200;
 * `schema-too-large` when they are more than 2 MiB together.
 */
export const sourceOf = async (
  reads: SubjectReads,
  schema: JsonValue,
  references: readonly Reference[],
): Promise<SchemaSource> => {
  const found = new Map<string, { readonly id: number; readonly value: JsonValue }>();
  const open = [...references];
  let size = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { name, subject, version } = next;
    const target = await reads.version(subject, version);
    if (target === undefined) {
      throw new WaslError('schema-reference-unreachable', { reference: shown(`${subject}, version ${version}`) });
    }
    const held = found.get(name);
    if (held?.id === target.id) continue;
    if (held !== undefined) throw new WaslError('schema-call-invalid', { what: `${shown(name)} means two schemas` });
    if (found.size === MOST) {
      throw new WaslError('schema-call-invalid', { what: `the schema refers to more than ${MOST} others` });
    }
    size += target.schema.length;
    if (size > LARGEST) throw new WaslError('schema-too-large', { limit: LARGEST });
    found.set(name, { id: target.id, value: parseStrictJson(target.schema) });
    open.push(...target.references);
  }
  return { schema, references: new Map([...found].map(([name, { value }]) => [name, value])) };
};

/**
 * Looks at every place of a schema, also where no document could lead. Throws `schema-reference-unreachable` unless all that it refers to is
 * there, and `schema-invalid` unless its patterns can be read.
 */
export const mustBeUsable = ({ schema, references }: SchemaSource): void => {
  const resolver = makeResolver(schema, references, countSteps(MOST_STEPS));
  const open: Location[] = [resolver.root];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (!isObject(at.schema)) continue;
    for (const name of ['$ref', '$dynamicRef']) {
      const reference = Object.hasOwn(at.schema, name) ? at.schema[name] : undefined;
      if (typeof reference === 'string') resolver.resolve(reference, at);
    }
    for (const pattern of patternsIn(at.schema)) {
      if (!isPattern(pattern)) throw new WaslError('schema-invalid', { pointer: at.pointer || '/', what: 'pattern' });
    }
    for (const { at: step, inner } of schemasInside(at.schema)) open.push(resolver.inside(at, step, inner));
  }
};

const patternsIn = (schema: JsonObject): readonly string[] => {
  const own = (name: string): JsonValue | undefined => (Object.hasOwn(schema, name) ? schema[name] : undefined);
  const [pattern, inside] = [own('pattern'), own('patternProperties')];
  return [...(typeof pattern === 'string' ? [pattern] : []), ...(isObject(inside) ? Object.keys(inside) : [])];
};

/** As validators here read a pattern. */
const isPattern = (text: string): boolean => {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
};

const shown = (text: string): string => text.slice(0, 100);
