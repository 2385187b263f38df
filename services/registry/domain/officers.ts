import { WaslError } from '../../kernel/codes.ts';
import { AUTHORITY, type Issuer } from '../../kernel/ids.ts';
import { readJws } from '../../kernel/jws.ts';
import type { Primitives } from '../../kernel/keys.ts';
import { type IssuerKey, readOfficerRevocation, verifyOfficer, verifyOfficerRevocation } from '../../kernel/officer.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import { TYP } from '../../kernel/statements.ts';
import { agencyIn, heldFor, rootIn, type Standing } from './standing.ts';

/** Finds the key that a text of an issuer says it is signed with. */
const issuerKeys = async (
  primitives: Primitives,
  standing: Standing,
  issuer: Issuer,
  nowMs: number,
): Promise<(jws: string, typ: string) => IssuerKey> => {
  const root = rootIn(standing);
  if (issuer === AUTHORITY) return () => ({ root });
  const agency = await agencyIn(primitives, standing, issuer, nowMs);
  return (jws, typ) => {
    const key = agency.kept(readJws(jws, typ).kid);
    if (key === undefined) throw new WaslError('unknown-key', { agency: issuer });
    return key;
  };
};

/**
 * Whether an officer's texts are their issuer's own. What is not would fill the place of what is: a list that only grows, and a revocation that
 * gives way to an earlier one alone. Errors: `unknown-agency`, `unknown-key`, `signature-invalid`, `pin-mismatch`,
 * `entity-outdated`.
 */
export const checkOfficer = async (
  primitives: Primitives,
  standing: Standing,
  entity: Entity,
  nowMs: number,
): Promise<void> => {
  if (entity.kind !== 'officer') return;
  const by = await issuerKeys(primitives, standing, entity.issuer, nowMs);
  const before = heldFor(standing, entity);
  for (const text of entity.certificates) {
    // What stood when its key was revoked goes on standing, for whoever it counts.
    if (before?.certificates.includes(text)) continue;
    await verifyOfficer(primitives, by(text, TYP.officer), text);
  }
  const { revocation } = entity;
  if (revocation === undefined || revocation === before?.revocation) return;
  const { officer, sinceMs } = await verifyOfficerRevocation(
    primitives,
    by(revocation, TYP.officerRevocation),
    revocation,
  );
  if (officer !== entity.id) throw new WaslError('pin-mismatch');
  if (before?.revocation === undefined) return;
  const { sinceMs: heldSinceMs } = readOfficerRevocation(before.revocation);
  if (sinceMs >= heldSinceMs) throw new WaslError('entity-outdated', { entity: entityKey(entity) });
};
