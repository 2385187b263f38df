import { type Agreement, acceptAgreement, draftAgreement } from '../kernel/agreement.ts';
import { type AgreementStep, signStep } from '../kernel/agreement-steps.ts';
import { AUTHORITY } from '../kernel/ids.ts';
import type { Signer } from '../kernel/keys.ts';
import type { EntityOf } from '../kernel/registry.ts';

/** Who makes an agreement: three persons. */
export interface ThreeOfficers {
  readonly requester: Signer;
  readonly provider: Signer;
  readonly authority: Signer;
}

/** The requester's officer drafts. */
export const draft = async (officer: Signer, terms: Agreement): Promise<EntityOf<'agreement'>> => ({
  kind: 'agreement',
  id: terms.id,
  signed: { requester: await draftAgreement(officer, terms) },
  steps: [],
});

/** The provider's officer accepts what was drafted, byte for byte. */
export const accept = async (officer: Signer, drafted: EntityOf<'agreement'>): Promise<EntityOf<'agreement'>> => {
  const { requester } = drafted.signed;
  return { ...drafted, signed: { requester, provider: await acceptAgreement(officer, requester) } };
};

/** An officer says the next word about an agreement that both parties have signed. */
export const nextStep = async (
  officer: Signer,
  agreement: EntityOf<'agreement'>,
  said: Pick<AgreementStep, 'issuer' | 'step' | 'timeMs' | 'reason'>,
): Promise<EntityOf<'agreement'>> => {
  const { signed, steps } = agreement;
  return { ...agreement, steps: [...steps, await signStep(officer, signed, steps, said)] };
};

/** Drafted, accepted and approved in one go, for a development folder. */
export const approvedAgreement = async (
  { requester, provider, authority }: ThreeOfficers,
  terms: Agreement,
  timeMs: number,
): Promise<EntityOf<'agreement'>> => {
  const accepted = await accept(provider, await draft(requester, terms));
  return nextStep(authority, accepted, { issuer: AUTHORITY, step: 'approved', timeMs });
};
