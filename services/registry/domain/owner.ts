import { readAgreement } from '../../kernel/agreement.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { Peer } from '../../kernel/ids.ts';
import { type Entity, type EntityOf, entityKey } from '../../kernel/registry.ts';
import type { Standing } from './standing.ts';

/** An entity that stands is asked for them at each call of everybody. */
const read = new WeakMap<EntityOf<'agreement'>, readonly [requester: string, provider: string]>();
export const partiesOf = (entity: EntityOf<'agreement'>): readonly [requester: string, provider: string] => {
  const held = read.get(entity);
  if (held !== undefined) return held;
  const { requester, provider } = readAgreement(entity.signed);
  read.set(entity, [requester, provider]);
  return [requester, provider];
};

/**
 * Whether somebody may hand in an entity at all; what it says is checked by what is signed in it. An agency hands in its own keys and officers, the document
 * types and status lists that it provides, and agreements that it is a party of; the authority everything. Error: `entity-not-yours`.
 */
export const mayChange = (entity: Entity, peer: Peer, standing: Standing): void => {
  if (peer.kind === 'authority') return;
  const held = standing.get(entityKey(entity));
  const mine = (one: Entity): boolean =>
    (one.kind === 'agency' && one.id === peer.id) ||
    ((one.kind === 'document-type' || one.kind === 'status-list') && one.provider === peer.id) ||
    (one.kind === 'officer' && one.issuer === peer.id) ||
    (one.kind === 'agreement' && isParty(one, peer));
  const allowed =
    peer.kind === 'agency' && mine(entity) && (held === undefined ? entity.kind !== 'agency' : mine(held));
  if (!allowed) throw new WaslError('entity-not-yours', { agency: peer.id, entity: entityKey(entity) });
};

/** What is shown to whom: agreements to their parties; everything else to every member, for nothing of it is secret. */
export const concerns = (entity: Entity, peer: Peer): boolean =>
  peer.kind !== 'agency' || entity.kind !== 'agreement' || isParty(entity, peer);

const isParty = (entity: EntityOf<'agreement'>, peer: Peer): boolean =>
  partiesOf(entity).some((party) => party === peer.id);
