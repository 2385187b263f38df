import { canonicalJson } from '../../kernel/canonical.ts';
import { WaslError } from '../../kernel/codes.ts';
import { CONFORMANCE, type Peer } from '../../kernel/ids.ts';
import { readRegistryKeys, verifyGatewayKeys } from '../../kernel/key-statements.ts';
import type { EcPublicJwk, Primitives } from '../../kernel/keys.ts';
import { checkReadiness, verifyReadiness } from '../../kernel/readiness.ts';
import type { Entity, EntityOf } from '../../kernel/registry.ts';
import { heldFor, missingRoot, type Standing } from './standing.ts';

/**
 * Whether somebody may make an agency what `entity` says. Its status and name are the authority's; and one that is joining, or new, becomes
 * active only with the report of the conformance suite. Errors: `authority-only`, `readiness-missing`, `readiness-not-signed`, those of `checkReadiness`.
 */
export const checkActivation = async (
  primitives: Primitives,
  standing: Standing,
  entity: Entity,
  peer: Peer,
  { report, nowMs }: { readonly report?: string; readonly nowMs: number },
): Promise<void> => {
  if (entity.kind !== 'agency') return;
  const before = heldFor(standing, entity);
  if (peer.kind !== 'authority' && (before === undefined || !sameBut(before, entity)))
    throw new WaslError('authority-only');
  // The agencies that a registry begins with are declared with its roots: the authority's word for each, before anybody reads it.
  const founding = before === undefined && missingRoot(standing) !== undefined;
  if ((before !== undefined && before.status !== 'joining') || entity.status !== 'active' || founding) return;
  const { id: agency } = entity;
  if (report === undefined || report === '') throw new WaslError('readiness-missing', { agency });
  const key = await conformanceKey(primitives, standing);
  const readiness = await verifyReadiness(primitives, key, report.trim()).catch((cause: unknown) => {
    throw new WaslError('readiness-not-signed', { agency }, { cause });
  });
  checkReadiness(readiness, agency, nowMs);
};

/** The same agency but for its keys. */
const sameBut = (one: EntityOf<'agency'>, other: EntityOf<'agency'>): boolean =>
  one.status === other.status && canonicalJson({ ...one.name }) === canonicalJson({ ...other.name });

/** The suite's key is that of its gateway, for which the authority's root vouches: the registry's own word makes none. */
const conformanceKey = async (primitives: Primitives, standing: Standing): Promise<EcPublicJwk> => {
  const [registry, gateway] = [standing.get('registry/registry'), standing.get(`gateway/${CONFORMANCE}`)];
  if (registry?.kind !== 'registry' || gateway?.kind !== 'gateway') {
    throw new WaslError('readiness-not-signed', { agency: '-' });
  }
  const named = await verifyGatewayKeys(primitives, gateway.keys, readRegistryKeys(registry.keys).root);
  if (named.gateway !== gateway.id) throw new WaslError('pin-mismatch');
  return named.key;
};
