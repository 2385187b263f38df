import { WaslError } from '../../kernel/codes.ts';
import { AUTHORITY } from '../../kernel/ids.ts';
import { readAgencyKeys } from '../../kernel/key-statements.ts';
import type { Primitives } from '../../kernel/keys.ts';
import { type IssuerKey, verifyOfficer, verifyOfficerRevocation } from '../../kernel/officer.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import { rootIn, type Standing } from './apply.ts';

const issuerKey = (standing: Standing, issuer: string): IssuerKey | undefined => {
  if (issuer === AUTHORITY) return { root: rootIn(standing) };
  const agency = standing.get(`agency/${issuer}`);
  return agency?.kind === 'agency' ? readAgencyKeys(agency.keys).signing : undefined;
};

/**
 * Whether an officer's texts are their issuer's own. What is not would fill the place of what is: a list that only grows, and a revocation that
 * gives way to an earlier one alone. Errors: `unknown-agency`, `signature-invalid`, `pin-mismatch`, `entity-outdated`.
 */
export const checkOfficer = async (primitives: Primitives, standing: Standing, entity: Entity): Promise<void> => {
  if (entity.kind !== 'officer') return;
  const by = issuerKey(standing, entity.issuer);
  if (by === undefined) throw new WaslError('unknown-agency', { agency: entity.issuer });
  for (const text of entity.certificates) await verifyOfficer(primitives, by, text);
  if (entity.revocation === undefined) return;
  const { officer, sinceMs } = await verifyOfficerRevocation(primitives, by, entity.revocation);
  if (officer !== entity.id) throw new WaslError('pin-mismatch');
  const held = standing.get(entityKey(entity));
  if (held?.kind !== 'officer' || held.revocation === undefined || held.revocation === entity.revocation) return;
  const before = await verifyOfficerRevocation(primitives, by, held.revocation);
  if (sinceMs >= before.sinceMs) throw new WaslError('entity-outdated', { entity: entityKey(entity) });
};
