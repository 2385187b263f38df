import type { Peer } from '../../kernel/ids.ts';
import type { Entity } from '../../kernel/registry.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { checkActivation } from './activation.ts';
import { checkAgreement } from './agreement.ts';
import { type Planned, planOf } from './apply.ts';
import { checkDrafts } from './drafts.ts';
import { checkKeys } from './keys.ts';
import { checkOfficer } from './officers.ts';
import { mayChange } from './owner.ts';
import type { Standing } from './standing.ts';
import { checkStatusLists, type StatusListTools } from './status-list.ts';

export interface ChangeTools extends StatusListTools {
  /** MUST throw for a document's schema that nobody could hold a document to. */
  readonly mustCompile: (schema: JsonObject) => void;
  /** Of one requester. */
  readonly draftsAtMost: number;
}

export interface HandingIn {
  readonly peer: Peer;
  /** For a joining agency made active, its readiness report. */
  readonly report?: string;
  /** Files may hold what was signed at any time. */
  readonly anyTime: boolean;
}

/**
 * What must change so that everything handed in together stands: one entity by whoever may change it, or the authority's files. Each is looked at
 * beside the others and what stands, and in the place of what it takes. Errors: those of every check here.
 */
export const decideChange = async (
  tools: ChangeTools,
  standing: Standing,
  entities: readonly Entity[],
  { peer, report, anyTime }: HandingIn,
): Promise<readonly Planned[]> => {
  const { primitives, nowMs, mustCompile, draftsAtMost } = tools;
  for (const entity of entities) mayChange(entity, peer, standing);
  await checkStatusLists(tools, standing, entities);
  for (const entity of entities) {
    await checkActivation(primitives, standing, entity, peer, { nowMs, ...(report === undefined ? {} : { report }) });
  }
  const plan = planOf(standing, entities);
  const changes = plan.filter(({ action }) => action !== 'keep');
  const beside = new Map([...standing, ...plan.map(({ key, entity }) => [key, entity] as const)]);
  const inPlace = async (key: string, check: (around: Standing) => Promise<void>): Promise<void> => {
    const [next, held] = [beside.get(key) as Entity, standing.get(key)];
    if (held === undefined) beside.delete(key);
    else beside.set(key, held);
    await check(beside);
    beside.set(key, next);
  };
  for (const { key, entity } of changes) {
    if (entity.kind === 'document-type') mustCompile(entity.schema);
    await checkKeys(primitives, standing, entity, nowMs);
    await inPlace(key, (around) => checkOfficer(primitives, around, entity, nowMs, anyTime));
  }
  for (const { key, entity } of changes) {
    if (entity.kind !== 'agreement') continue;
    await inPlace(key, async (around) => {
      checkDrafts(around, entity, draftsAtMost);
      await checkAgreement(primitives, around, entity, nowMs, anyTime);
    });
  }
  return plan;
};
