import { WaslError } from '../../kernel/codes.ts';
import { readJws } from '../../kernel/jws.ts';
import { type EntityOf, entityKey } from '../../kernel/registry.ts';
import { TYP } from '../../kernel/statements.ts';
import { partiesOf } from './owner.ts';
import type { Standing } from './standing.ts';

/** Whether the authority has ever put it in force; until then it is the parties' word alone, whatever they made of it. */
const wasApproved = ({ steps: [first] }: EntityOf<'agreement'>): boolean =>
  first !== undefined && readJws(first, TYP.agreementStep).payload.step === 'approved';

/**
 * Whether there is room for one more agreement that nobody but its parties stands for: what agencies write by themselves must not grow without
 * end in every reader's copy. One that comes approved needs none, nor does a later version of one that stands, which takes its place. Error: `drafts-too-many`.
 */
export const checkDrafts = (standing: Standing, entity: EntityOf<'agreement'>, most: number): void => {
  if (standing.has(entityKey(entity)) || wasApproved(entity)) return;
  const [requester] = partiesOf(entity);
  let open = 0;
  for (const held of standing.values()) {
    if (held.kind === 'agreement' && partiesOf(held)[0] === requester && !wasApproved(held)) open += 1;
  }
  if (open >= most) throw new WaslError('drafts-too-many', { agency: requester, most });
};
