import { type Agreement, acceptAgreement, draftAgreement } from './agreement.ts';
import { type AgreementStep, signStep } from './agreement-steps.ts';
import type { Signer } from './keys.ts';
import type { EntityOf } from './registry.ts';

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
