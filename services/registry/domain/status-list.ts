import { WaslError } from '../../kernel/codes.ts';
import type { Primitives } from '../../kernel/keys.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import {
  type Compression,
  inflateStatusList,
  keepsRevoked,
  readStatusListId,
  readStatusToken,
} from '../../kernel/status-list.ts';
import { agencyIn, heldFor, type Standing } from './standing.ts';

/** A provider's clock may be so far ahead of ours, seconds: a list of the future would keep out every later one. */
const AHEAD_S = 300;

export interface StatusListTools {
  readonly primitives: Primitives;
  readonly inflate: Compression['inflate'];
  readonly nowMs: number;
}

/**
 * Whether each status list may take the place of what stands. Other entities pass. Errors: `unknown-agency`, `unknown-key` or `signature-invalid` unless it is signed by
 * its provider's registered key, `status-list-invalid`, and `entity-outdated` when it is not newer than the one that stands, or gives back what
 * that one revoked.
 */
export const checkStatusLists = async (
  { primitives, inflate, nowMs }: StatusListTools,
  standing: Standing,
  entities: readonly Entity[],
): Promise<void> => {
  for (const entity of entities) {
    if (entity.kind !== 'status-list') continue;
    const held = heldFor(standing, entity);
    if (held?.token === entity.token) continue;
    const name = readStatusListId(entity.id);
    const { token, kid, verify } = readStatusToken(name, entity.token);
    const key = (await agencyIn(primitives, standing, entity.provider, nowMs)).live(kid);
    if (key === undefined) throw new WaslError('unknown-key', { agency: entity.provider });
    await verify(primitives, key.signing);
    if (token.issuedAt > nowMs / 1000 + AHEAD_S) throw new WaslError('status-list-invalid', { what: 'iat' });
    const list = inflateStatusList({ inflate }, token);
    if (held === undefined) continue;
    const { token: before } = readStatusToken(name, held.token);
    if (token.issuedAt <= before.issuedAt || !keepsRevoked(list, inflateStatusList({ inflate }, before))) {
      throw new WaslError('entity-outdated', { entity: entityKey(entity) });
    }
  }
};
