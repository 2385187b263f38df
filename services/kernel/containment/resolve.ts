import { canonicalJson } from '../canonical.ts';
import { WaslError } from '../codes.ts';
import { isObject } from '../fields.ts';
import type { JsonObject, JsonValue } from '../strict-json.ts';
import { type Draft, draftOf, escapePointer, schemasInside, unescapePointer } from './keywords.ts';
import type { Steps } from './steps.ts';

/** One schema's place: what a reference in it is relative to, and how it is read. */
export interface Location {
  readonly schema: JsonValue;
  /** The document's name and the JSON pointer in it. */
  readonly document: string;
  readonly pointer: string;
  readonly base: string;
  readonly draft: Draft;
}

export interface Resolver {
  readonly root: Location;
  /** The place that a `$ref` names; `schema-reference-unreachable` when there is none. */
  resolve(reference: string, from: Location): Location;
  inside(location: Location, at: string, schema: JsonValue): Location;
}

const NO_BASE = 'json-schema:///';

/** Indexes a schema and the registered ones by `$id`, anchors and the URIs they were registered under. */
export const makeResolver = (schema: JsonValue, references: ReadonlyMap<string, JsonValue>, steps: Steps): Resolver => {
  const places = new Map<string, Location>();
  const bases = new Map<JsonValue, string>();

  const index = (location: Location): void => {
    const open: Location[] = [location];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      steps.spend();
      const { schema: at } = next;
      if (!isObject(at)) continue;
      const here = rebased(next, at);
      if (here.base !== next.base) bases.set(at, here.base);
      for (const anchor of anchorsOf(at, here.draft)) places.set(`${here.base}#${anchor}`, here);
      for (const { at: step, inner } of schemasInside(at)) {
        open.push({ ...here, schema: inner, pointer: here.pointer + step });
      }
    }
  };
  const rebased = (location: Location, at: JsonObject): Location => {
    const id = text(at, location.draft === '04' ? 'id' : '$id');
    // Below draft 2019-09 an $id beside a $ref is ignored, and one that is a fragment alone is an anchor.
    if (id === undefined || id.startsWith('#') || (location.draft !== '2020-12' && text(at, '$ref') !== undefined)) {
      return location;
    }
    const base = join(id, location.base)?.replace(/#$/, '') ?? location.base;
    const own = { ...location, base };
    const held = places.get(base);
    // Two schemas of one name: which of them a reference means is anybody's guess.
    if (held !== undefined && canonicalJson(held.schema) !== canonicalJson(own.schema)) {
      throw new WaslError('schema-invalid', { pointer: location.pointer || '/', what: '$id' });
    }
    places.set(base, own);
    return own;
  };

  for (const [uri, registered] of references) {
    const base = join(uri, NO_BASE)?.replace(/#$/, '') ?? uri;
    const location: Location = { schema: registered, document: uri, pointer: '', base, draft: draft(registered) };
    places.set(base, location);
    places.set(uri, location);
    index(location);
  }
  const root: Location = { schema, document: '', pointer: '', base: NO_BASE, draft: draft(schema) };
  places.set(root.base, root);
  index(root);

  const baseOf = (location: Location): string => bases.get(location.schema) ?? location.base;
  const inside: Resolver['inside'] = (location, at, inner) => ({
    ...location,
    schema: inner,
    pointer: location.pointer + at,
    base: bases.get(inner) ?? baseOf(location),
  });

  const resolve: Resolver['resolve'] = (reference, from) => {
    steps.spend(8);
    const unreachable = (): WaslError => new WaslError('schema-reference-unreachable', { reference });
    const raw = places.get(reference);
    if (raw !== undefined) return raw;
    const whole = join(reference, baseOf(from));
    if (whole === undefined) throw unreachable();
    const cut = whole.indexOf('#');
    const [uri, fragment] = cut === -1 ? [whole, ''] : [whole.slice(0, cut), decoded(whole.slice(cut + 1))];
    const document = places.get(uri);
    if (document === undefined || fragment === undefined) throw unreachable();
    if (fragment === '') return document;
    if (!fragment.startsWith('/')) {
      const anchored = places.get(`${uri}#${fragment}`);
      if (anchored === undefined) throw unreachable();
      return anchored;
    }
    let at = document;
    for (const step of fragment.slice(1).split('/').map(unescapePointer)) {
      const inner = member(at.schema, step);
      if (inner === undefined) throw unreachable();
      at = inside(at, `/${escapePointer(step)}`, inner);
    }
    if (!isObject(at.schema) && typeof at.schema !== 'boolean') throw unreachable();
    return at;
  };

  return { root, resolve, inside };
};

const draft = (schema: JsonValue): Draft => {
  const known = draftOf(schema);
  if (known === undefined) {
    throw new WaslError('schema-draft-unknown', { draft: String((schema as JsonObject).$schema) });
  }
  return known;
};

const text = (schema: JsonObject, name: string): string | undefined => {
  const value = Object.hasOwn(schema, name) ? schema[name] : undefined;
  return typeof value === 'string' ? value : undefined;
};

const anchorsOf = (schema: JsonObject, draft: Draft): readonly string[] => {
  if (draft === '2020-12') {
    return [text(schema, '$anchor'), text(schema, '$dynamicAnchor')].filter((anchor) => anchor !== undefined);
  }
  const id = text(schema, draft === '04' ? 'id' : '$id');
  return id?.startsWith('#') && id.length > 1 ? [id.slice(1)] : [];
};

const join = (reference: string, base: string): string | undefined => {
  try {
    return new URL(reference, base).href;
  } catch {
    return undefined;
  }
};

const decoded = (fragment: string): string | undefined => {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
};

const member = (value: JsonValue, step: string): JsonValue | undefined => {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
};
