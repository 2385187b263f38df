import { WaslError } from '../../kernel/codes.ts';
import { AUTHORITY } from '../../kernel/ids.ts';
import { readJws } from '../../kernel/jws.ts';
import { takenBackFromMs } from '../../kernel/key-history.ts';
import type { Primitives } from '../../kernel/keys.ts';
import {
  type IssuerKey,
  readOfficer,
  readOfficerRevocation,
  verifyOfficer,
  verifyOfficerRevocation,
} from '../../kernel/officer.ts';
import { type Entity, type EntityOf, entityKey } from '../../kernel/registry.ts';
import { TYP } from '../../kernel/statements.ts';
import { agencyIn, heldFor, rootIn, type Standing } from './standing.ts';

/**
 * Whether an officer's texts are their issuer's own. What is not would fill the place of what is: a list that only grows, and a revocation that
 * gives way to an earlier one alone. What is new is signed by a key that counts now: a former one certifies nobody any more, unless the texts may be
 * of any time. Errors: `unknown-agency`, `unknown-key`, `signature-invalid`, `pin-mismatch`, `officer-key-of-another`, `entity-outdated`.
 */
export const checkOfficer = async (
  primitives: Primitives,
  standing: Standing,
  entity: Entity,
  nowMs: number,
  anyTime = false,
): Promise<void> => {
  if (entity.kind !== 'officer') return;
  const { issuer, certificates, revocation } = entity;
  const root = rootIn(standing);
  const agency = issuer === AUTHORITY ? undefined : await agencyIn(primitives, standing, issuer, nowMs);
  const keyOf = (jws: string, typ: string): IssuerKey => {
    if (agency === undefined) return { root };
    const { kid } = readJws(jws, typ);
    const key = anyTime ? agency.kept(kid) : agency.live(kid)?.signing;
    if (key === undefined) throw new WaslError('unknown-key', { agency: agency.id });
    return key;
  };
  const outdated = (): WaslError => new WaslError('entity-outdated', { entity: entityKey(entity) });
  const before = heldFor(standing, entity);
  if (new Set(certificates).size < certificates.length) throw outdated();
  const added = certificates.some((text) => !before?.certificates.includes(text));
  if (added && personsOf(standing, entity).size > 1) throw new WaslError('officer-key-of-another', { issuer });
  for (const text of certificates) {
    // What stood when its key was revoked goes on standing, for whoever it counts.
    if (before?.certificates.includes(text)) continue;
    await verifyOfficer(primitives, keyOf(text, TYP.officer), text);
  }
  if (revocation === undefined || revocation === before?.revocation) return;
  const by = keyOf(revocation, TYP.officerRevocation);
  const { officer, sinceMs } = await verifyOfficerRevocation(primitives, by, revocation);
  if (officer !== entity.id) throw new WaslError('pin-mismatch');
  if (before?.revocation === undefined) return;
  const { kid } = readJws(before.revocation, TYP.officerRevocation);
  const heldSinceMs = takenBackFromMs(readOfficerRevocation(before.revocation).sinceMs, agency?.ever(kid));
  if (sinceMs >= heldSinceMs) throw outdated();
};

/** Whom anybody ever certified for an officer's key, in this entity or in what stands: no certificate is ever dropped. */
const personsOf = (standing: Standing, entity: EntityOf<'officer'>): ReadonlySet<string> => {
  const texts = [...entity.certificates];
  for (const one of standing.values())
    if (one.kind === 'officer' && one.id === entity.id) texts.push(...one.certificates);
  return new Set(texts.map((text) => readOfficer(text).person));
};
