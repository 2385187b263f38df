import { WaslError } from '../../kernel/codes.ts';
import { verifyAgencyKeys } from '../../kernel/key-statements.ts';
import type { Primitives } from '../../kernel/keys.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import {
  type Compression,
  inflateStatusList,
  keepsRevoked,
  readStatusListId,
  readStatusToken,
} from '../../kernel/status-list.ts';
import type { Standing } from './apply.ts';

/** A provider's clock may be so far ahead of ours, seconds: a list of the future would keep out every later one. */
const AHEAD_S = 300;

export interface StatusListTools {
  readonly primitives: Primitives;
  readonly inflate: Compression['inflate'];
  readonly nowMs: number;
}

/**
 * Whether each status list may take the place of what stands. Other entities pass. Errors: `unknown-agency`, `signature-invalid` unless it is signed by
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
    const agency = standing.get(`agency/${entity.provider}`);
    if (agency?.kind !== 'agency') throw new WaslError('unknown-agency', { agency: entity.provider });
    const held = standing.get(entityKey(entity));
    if (held?.kind === 'status-list' && held.token === entity.token) continue;
    const name = readStatusListId(entity.id);
    const { token, verify } = readStatusToken(name, entity.token);
    await verify(primitives, (await verifyAgencyKeys(primitives, agency.keys)).signing);
    if (token.issuedAt > nowMs / 1000 + AHEAD_S) throw new WaslError('status-list-invalid', { what: 'iat' });
    const list = inflateStatusList({ inflate }, token);
    if (held?.kind !== 'status-list') continue;
    const { token: before } = readStatusToken(name, held.token);
    if (token.issuedAt <= before.issuedAt || !keepsRevoked(list, inflateStatusList({ inflate }, before))) {
      throw new WaslError('entity-outdated', { entity: entityKey(entity) });
    }
  }
};
