import type { Entity } from '../../kernel/registry.ts';
import { type Planned, planOf } from '../domain/apply.ts';
import type { RegistryState } from './state.ts';

/** Makes what is declared stand; `dryRun` plans and changes nothing. */
export const applyEntities = async (
  state: RegistryState,
  entities: readonly Entity[],
  dryRun = false,
): Promise<{ readonly plan: readonly Planned[]; readonly version: number }> => {
  let plan: readonly Planned[] = [];
  const version = await state.change(async (standing) => {
    plan = planOf(standing, entities);
    return dryRun ? [] : plan.flatMap(({ action, entity }) => (action === 'keep' ? [] : [entity]));
  });
  return { plan, version };
};
