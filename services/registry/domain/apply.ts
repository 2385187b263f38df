import { canonicalJson } from '../../kernel/canonical.ts';
import { WaslError } from '../../kernel/codes.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import type { Standing } from './standing.ts';

export interface Planned {
  readonly key: string;
  readonly action: 'add' | 'change' | 'keep';
  readonly entity: Entity;
}

/**
 * What must change so that everything declared stands; what is not declared stays as it is. Errors: `config-invalid` when one entity is declared
 * twice, `entity-frozen` for a schema that stands already and says something else, `entity-outdated` for an agreement older than the one that stands.
 */
export const planOf = (standing: Standing, declared: readonly Entity[]): readonly Planned[] => {
  const seen = new Set<string>();
  return declared.map((entity) => {
    const key = entityKey(entity);
    if (seen.has(key)) throw new WaslError('config-invalid', { what: `${key} is declared twice` });
    seen.add(key);
    const held = standing.get(key);
    if (held === undefined) return { key, action: 'add', entity };
    if (sameEntity(held, entity)) return { key, action: 'keep', entity };
    checkSuccessor(held, entity);
    return { key, action: 'change', entity };
  });
};

const sameEntity = (one: Entity, other: Entity): boolean => jsonOf(one) === jsonOf(other);

const checkSuccessor = (held: Entity, next: Entity): void => {
  if (held.kind === 'document-type' && next.kind === 'document-type') {
    if (canonicalJson(held.schema) !== canonicalJson(next.schema)) {
      throw new WaslError('entity-frozen', { entity: entityKey(held) });
    }
  }
  if (held.kind === 'agency' && next.kind === 'agency') {
    // Whoever holds no more than a certificate must not name an agency's keys, and whoever was shut out does not come back.
    const sameKeys = held.keys === next.keys;
    if (!sameKeys || (held.status === 'revoked' && next.status !== 'revoked')) {
      throw new WaslError('entity-frozen', { entity: entityKey(held) });
    }
  }
  if (held.kind === 'officer' && next.kind === 'officer') {
    // What was signed under a former certificate was signed by an officer, and what was taken back stays so.
    const dropped = held.certificates.some((text) => !next.certificates.includes(text));
    if (dropped || (held.revocation !== undefined && next.revocation === undefined)) {
      throw new WaslError('entity-outdated', { entity: entityKey(held) });
    }
  }
};

const jsonOf = (entity: Entity): string => canonicalJson(entity as unknown as JsonObject);
