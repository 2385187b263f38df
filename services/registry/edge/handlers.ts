import { Action, type PlannedChange } from '../../../proto/gen/wasl/registry/v1/registry.ts';
import { WaslError } from '../../kernel/codes.ts';
import { isObject } from '../../kernel/fields.ts';
import type { Peer } from '../../kernel/ids.ts';
import { type Entity, parseEntity } from '../../kernel/registry.ts';
import { mustNameClaims } from '../../kernel/sdjwt.ts';
import { parseStrictJson } from '../../kernel/strict-json.ts';
import { primitives } from '../../platform/crypto/index.ts';
import type { RegistryHandlers } from '../../platform/rpc/index.ts';
import { mustBeSchema } from '../../platform/validate/meta.ts';
import { checkDeclaration, type OwnWord } from '../domain/check.ts';
import { BY_FILE, type HandIn } from './hand-in.ts';
import { invite, join, type Membership, readmit } from './members.ts';
import { makePages } from './pages.ts';

const ACTIONS = { add: Action.ACTION_ADD, change: Action.ACTION_CHANGE, keep: Action.ACTION_KEEP } as const;

/** What the registry's calls do. */
export const registryHandlers = (membership: Membership, own: OwnWord, handIn: HandIn): RegistryHandlers => {
  const { state } = membership;
  const pageOf = makePages(state);
  const entityOf = async (text: string): Promise<Entity> => {
    const value = parseStrictJson(text);
    if (!isObject(value)) throw new WaslError('malformed-message', { what: 'entity' });
    const entity = parseEntity(value);
    await checkDeclaration(primitives, own, entity);
    if (entity.kind === 'document-type') {
      mustBeSchema(entity.schema);
      mustNameClaims(entity.schema);
    }
    return entity;
  };

  /** One that is shut out is told nothing more, and says nothing more. */
  const admit = (peer: Peer): void => {
    const held = peer.kind === 'agency' ? state.standing().get(`agency/${peer.id}`) : undefined;
    if (held?.kind === 'agency' && held.status === 'revoked')
      throw new WaslError('unknown-agency', { agency: peer.id });
  };

  return {
    join: (request) => join(membership, request),
    readmit: ({ request }) => readmit(membership, request),
    read: async ({ after }, { peer }) => {
      admit(peer);
      return pageOf(peer, after);
    },
    submit: async ({ entity: text, report }, { peer }) => {
      admit(peer);
      const entity = await entityOf(text);
      const { version } = await handIn([entity], { peer, report, anyTime: false });
      return { version: BigInt(version) };
    },
    // Kits of an earlier version ask so first, and sign when they hear this.
    renew: async (_, { peer }) => {
      throw new WaslError('renewal-by-signature', { agency: peer.id });
    },
    apply: async ({ entities: texts, dryRun }, { peer }) => {
      authorityOnly(peer);
      const entities = await Promise.all(texts.map(entityOf));
      const { plan, version } = await handIn(entities, { ...BY_FILE, peer, dryRun });
      const changes: PlannedChange[] = plan.map(({ key, action }) => ({ key, action: ACTIONS[action] }));
      return { changes, version: BigInt(version) };
    },
    invite: async (request, { peer }) => {
      authorityOnly(peer);
      return invite(membership, request);
    },
  };
};

const authorityOnly = (peer: Peer): void => {
  if (peer.kind !== 'authority') throw new WaslError('authority-only');
};
