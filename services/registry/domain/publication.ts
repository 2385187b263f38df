import type { Digest } from '../../kernel/digest.ts';
import { digestOverRecords, type Entity, entityKey, recordDigest } from '../../kernel/registry.ts';

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
export const changeTo = (declared: readonly Entity[], published: Published): Change => {
  const wanted = new Map(declared.map((entity) => [entityKey(entity), entity]));
  const same = (entity: Entity): boolean => {
    const held = published.get(entityKey(entity));
    return held !== undefined && stable(held.entity) === stable(entity);
  };
  return {
    sign: [...wanted.values()].filter((entity) => !same(entity)),
    withdraw: [...published.keys()].filter((key) => !wanted.has(key)),
  };
};

export const digestOfPublished = (published: Published): Digest =>
  digestOverRecords([...published.values()].map(({ record }) => recordDigest(record)));

/** Members in one order, for comparing two declarations. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
