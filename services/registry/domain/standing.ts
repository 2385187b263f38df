import { WaslError } from '../../kernel/codes.ts';
import { type AgencyView, agencyAt } from '../../kernel/copy-agency.ts';
import { verifyKeyHistory } from '../../kernel/key-history.ts';
import { readRegistryKeys } from '../../kernel/key-statements.ts';
import type { Primitives, Thumbprint } from '../../kernel/keys.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';

/** What stands, by key. */
export type Standing = ReadonlyMap<string, Entity>;

/** What stands in the place that an entity would take. */
export const heldFor = <E extends Entity>(standing: Standing, entity: E): E | undefined => {
  const held = standing.get(entityKey(entity));
  return held?.kind === entity.kind ? (held as E) : undefined;
};

/** Without these no copy verifies. */
const ROOTS: readonly string[] = ['registry/registry', 'audit/audit'];
export const missingRoot = (standing: Standing): string | undefined => ROOTS.find((root) => !standing.has(root));

/** The authority's root, by the word under which this registry runs. Error: `registry-unavailable` before that stands. */
export const rootIn = (standing: Standing): Thumbprint => {
  const own = standing.get('registry/registry');
  if (own?.kind !== 'registry') throw new WaslError('registry-unavailable');
  return readRegistryKeys(own.keys).root;
};

/** An agency as it stands, with the keys that count now. Error: `unknown-agency`. */
export const agencyIn = async (
  primitives: Primitives,
  standing: Standing,
  id: string,
  nowMs: number,
): Promise<AgencyView> => {
  const entity = standing.get(`agency/${id}`);
  if (entity?.kind !== 'agency') throw new WaslError('unknown-agency', { agency: id });
  return agencyAt({ ...entity, history: await verifyKeyHistory(primitives, entity, rootIn(standing)) }, nowMs);
};
