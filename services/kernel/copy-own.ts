import { WaslError } from './codes.ts';
import type { AgencyView, HeldAgency } from './copy-agency.ts';
import type { CopyPins } from './copy-agreement.ts';
import { entityOf, type HeldRecord } from './copy-records.ts';
import type { StandingAgreement } from './decide.ts';
import { periodOf } from './key-history.ts';
import type { Primitives } from './keys.ts';
import { readStatusListId, readStatusToken, type StatusToken } from './status-list.ts';

/** Whether an agreement's record may be one of an agency's; one that cannot be read may be anybody's. */
export const concerns = ({ parties }: HeldRecord, agency: string): boolean =>
  parties === undefined || parties.requester === agency || parties.provider === agency;

/** What a kit's copy keeps: its own agency, and of the agreements that it has signed the other parties and the document types (`id/version`). */
export const vouchedFor = (
  own: NonNullable<CopyPins['own']>,
  agencies: ReadonlyMap<string, HeldAgency>,
  agreements: readonly StandingAgreement[],
): ReadonlySet<string> => {
  const vouched = new Set<string>();
  if (agencies.get(own.agency)?.history.recovery === own.recovery) vouched.add(own.agency);
  for (const { terms, status } of agreements) {
    // A draft is the requester's word alone, and pins nothing for the provider.
    if (status === 'drafted' && terms.requester !== own.agency) continue;
    vouched.add(terms.requester === own.agency ? terms.provider : terms.requester);
    vouched.add(`${terms.documentType}/${terms.documentVersion}`);
  }
  return vouched;
};

/** A provider's list, by the key that it says: the one of its time. Errors: `unknown-key`, and those of `readStatusToken`. */
export const verifyList = async (
  primitives: Primitives,
  record: HeldRecord,
  provider: AgencyView,
): Promise<StatusToken> => {
  const { id, token: text } = entityOf(record, 'status-list');
  const { token, kid, verify } = readStatusToken(readStatusListId(id), text);
  // A list tells its own time, so a former key signs none of a later one.
  const counted = periodOf(provider.history, kid, token.issuedAt * 1000) !== undefined;
  const signing = counted ? provider.kept(kid) : undefined;
  if (signing === undefined) throw new WaslError('unknown-key', { agency: provider.id });
  await verify(primitives, signing);
  return token;
};
