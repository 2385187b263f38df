import type { Peer } from '../../kernel/ids.ts';
import type { Entity } from '../../kernel/registry.ts';
import { zlib } from '../../platform/compress/index.ts';
import { primitives } from '../../platform/crypto/index.ts';
import { mustCompile } from '../../platform/validate/index.ts';
import type { Planned } from '../domain/apply.ts';
import { decideChange, type HandingIn } from '../domain/change.ts';
import type { RegistryState } from './state.ts';

/** What is handed in is made to stand as a whole, or not at all; `dryRun` plans and changes nothing. */
export type HandIn = (
  entities: readonly Entity[],
  by: HandingIn & { readonly dryRun?: boolean },
) => Promise<{ readonly plan: readonly Planned[]; readonly version: number }>;

/** `draftsAtMost`: of one requester. */
export const makeHandIn =
  (state: Pick<RegistryState, 'change'>, draftsAtMost: number): HandIn =>
  async (entities, { dryRun = false, ...by }) => {
    let plan: readonly Planned[] = [];
    const version = await state.change(async (standing) => {
      const tools = { primitives, inflate: zlib.inflate, nowMs: Date.now(), mustCompile, draftsAtMost };
      plan = await decideChange(tools, standing, entities, by);
      return dryRun ? [] : plan.flatMap(({ action, entity }) => (action === 'keep' ? [] : [entity]));
    });
    return { plan, version };
  };

/** Files are the authority's, and hold no report: they make no joining agency active. */
const OPERATOR: Peer = { kind: 'authority', id: 'operator' };
export const BY_FILE: HandingIn = { peer: OPERATOR, anyTime: true };
