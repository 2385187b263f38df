import { canonicalJson } from '../../kernel/canonical.ts';
import type { Digest } from '../../kernel/digest.ts';
import { digestOverRecords, type Entity, entityKey, recordDigest } from '../../kernel/registry.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import type { Declared } from './declared.ts';

/** What stands on the topic: records by key, with the entity each one signs. */
export type Published = ReadonlyMap<string, { readonly record: string; readonly entity: Entity }>;

/** What must be written so that the topic says what is declared. */
export interface Change {
  /** Entities whose record is missing or says something else. */
  readonly sign: readonly Entity[];
  /** Keys whose entity is declared no more. */
  readonly withdraw: readonly string[];
}

/** An unchanged entity keeps its record: a signature made anew would be another record to everybody who holds it. */
export const changeTo = (declared: Declared, published: Published): Change => {
  const wanted = new Map(declared.entities.map((entity) => [entityKey(entity), entity]));
  const same = (entity: Entity): boolean => {
    const held = published.get(entityKey(entity));
    return held !== undefined && jsonOf(held.entity) === jsonOf(entity);
  };
  return {
    sign: [...wanted.values()].filter((entity) => !same(entity)),
    withdraw: [...published.keys()].filter((key) => !wanted.has(key) && !declared.keeps(key)),
  };
};

export const digestOfPublished = (published: Published): Digest =>
  digestOverRecords([...published.values()].map(({ record }) => recordDigest(record)));

const jsonOf = (entity: Entity): string => canonicalJson(entity as unknown as JsonObject);
