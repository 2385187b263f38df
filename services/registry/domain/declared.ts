import type { Code } from '../../kernel/codes.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';

/** One file of declarations as it was read. */
export type Declaration =
  | { readonly file: string; readonly entity: Entity }
  | { readonly file: string; readonly bad: Code };

/** What the files declare, taken together. */
export interface Declared {
  readonly entities: readonly Entity[];
  readonly bad: readonly { readonly file: string; readonly code: Code }[];
  /** Whether what stands under a key must stay although no good file declares it. */
  keeps(key: string): boolean;
}

/** Without these no copy verifies: they can be replaced, and never withdrawn. */
export const ROOTS: readonly string[] = ['registry/registry', 'audit/audit'];

/**
 * Takes the files together, time after time. A bad file is no withdrawal: what it declared when it was last good stays as it was. One that
 * was never good here could have declared anything, so while it is there nothing is withdrawn. An entity declared twice is not
 * declared at all: nobody could say which of the two is meant.
 */
export const makeDeclared = (): ((read: readonly Declaration[]) => Declared) => {
  let keyOf: ReadonlyMap<string, string> = new Map();
  return (read) => {
    const files = new Map<string, string[]>();
    for (const one of read) {
      if (!('entity' in one)) continue;
      const key = entityKey(one.entity);
      files.set(key, [...(files.get(key) ?? []), one.file]);
    }
    const once = (entity: Entity): boolean => files.get(entityKey(entity))?.length === 1;
    const entities: Entity[] = [];
    const bad: { file: string; code: Code }[] = [];
    const known = new Map<string, string>();
    const keep = new Set(ROOTS);
    let keepAll = false;
    for (const one of read) {
      if ('entity' in one) {
        known.set(one.file, entityKey(one.entity));
        if (once(one.entity)) entities.push(one.entity);
        else {
          bad.push({ file: one.file, code: 'config-invalid' });
          keep.add(entityKey(one.entity));
        }
        continue;
      }
      bad.push({ file: one.file, code: one.bad });
      const before = keyOf.get(one.file);
      if (before === undefined) keepAll = true;
      else {
        known.set(one.file, before);
        keep.add(before);
      }
    }
    keyOf = known;
    return { entities, bad, keeps: (key) => keepAll || keep.has(key) };
  };
};
