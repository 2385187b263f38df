import type { Peer } from '../../kernel/ids.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import { zlib } from '../../platform/compress/index.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { mustCompile } from '../../platform/validate/index.ts';
import { checkActivation } from '../domain/activation.ts';
import { checkAgreement } from '../domain/agreement.ts';
import { type Planned, planOf } from '../domain/apply.ts';
import { checkKeys } from '../domain/keys.ts';
import { checkOfficer } from '../domain/officers.ts';
import type { Standing } from '../domain/standing.ts';
import { checkStatusLists } from '../domain/status-list.ts';
import type { RegistryState } from './state.ts';

/** `checkStatusLists`, now. */
export const checkLists = (standing: Standing, entities: readonly Entity[]): Promise<void> =>
  checkStatusLists({ primitives, inflate: zlib.inflate, nowMs: Date.now() }, standing, entities);

/** Files are the authority's, and hold no report: they make no joining agency active. */
const BY_FILE: Peer = { kind: 'authority', id: 'operator' };

/** Makes what is declared stand; `dryRun` plans and changes nothing. */
export const applyEntities = async (
  state: RegistryState,
  entities: readonly Entity[],
  dryRun = false,
): Promise<{ readonly plan: readonly Planned[]; readonly version: number }> => {
  let plan: readonly Planned[] = [];
  const version = await state.change(async (standing) => {
    const nowMs = Date.now();
    await checkLists(standing, entities);
    for (const entity of entities) {
      await checkActivation(primitives, standing, entity, BY_FILE, { nowMs });
    }
    plan = planOf(standing, entities);
    const after = new Map([...standing, ...entities.map((entity) => [entityKey(entity), entity] as const)]);
    for (const { action, entity } of plan) {
      // Beside the agencies that come with it, and the officer as it stood.
      const key = entityKey(entity);
      const held = standing.get(key);
      const beside = new Map(after);
      if (held === undefined) beside.delete(key);
      else beside.set(key, held);
      if (action === 'keep') continue;
      if (entity.kind === 'document-type') mustCompile(entity.schema);
      await checkKeys(primitives, standing, entity, nowMs);
      await checkOfficer(primitives, beside, entity, nowMs, true);
    }
    for (const { key, action, entity } of plan) {
      if (entity.kind !== 'agreement' || action === 'keep') continue;
      const held = standing.get(key);
      if (held === undefined) after.delete(key);
      else after.set(key, held);
      await checkAgreement(primitives, after, entity, nowMs, true);
    }
    return dryRun ? [] : plan.flatMap(({ action, entity }) => (action === 'keep' ? [] : [entity]));
  });
  return { plan, version };
};
