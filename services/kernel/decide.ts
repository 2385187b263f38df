import type { Agreement } from './agreement.ts';
import type { AgreementState } from './agreement-state.ts';
import type { Code } from './codes.ts';
import type { RegistryCopy } from './copy.ts';
import type { AgencyView } from './copy-agency.ts';
import type { Digest } from './digest.ts';
import { type AgencyId, CONFORMANCE, type DocumentType } from './ids.ts';

/** An agreement as a party's verified copy holds it. */
export interface StandingAgreement {
  readonly terms: Agreement;
  readonly digest: Digest;
  readonly status: AgreementState['status'];
  /** Ids of the agencies that suspend it, and `authority`. */
  readonly suspendedBy: readonly string[];
  /** Digests of the steps that made it so, in order. */
  readonly steps: readonly Digest[];
}

/** What is asked, as far as an agreement decides about it. */
export interface Ask {
  readonly requester: AgencyId;
  readonly provider: AgencyId;
  readonly documentType: DocumentType;
  readonly documentVersion: number;
  readonly purpose: string;
  readonly claims: readonly string[];
}

export interface Standing {
  /** At least those between the two about this document; others do no harm. */
  readonly agreements: readonly StandingAgreement[];
  readonly knows: {
    agency(id: AgencyId): AgencyView['status'] | undefined;
    documentType(type: DocumentType, version: number): boolean;
  };
  /** Requests already counted against an agreement today, in its own time zone. */
  usedToday(agreement: Agreement): number;
  readonly nowMs: number;
}

/** What a copy knows, as far as an ask of one provider goes by it. */
export const knownIn = (
  copy: Pick<RegistryCopy, 'agency' | 'documentType'> | undefined,
  provider: AgencyId,
): Standing['knows'] => ({
  agency: (id) => copy?.agency(id)?.status,
  documentType: (type, version) => copy?.documentType(type, version)?.provider === provider,
});

export type Decision =
  | { readonly kind: 'allowed'; readonly agreement: StandingAgreement }
  | { readonly kind: 'refused'; readonly code: Code; readonly params: Readonly<Record<string, string | number>> };

const refused = (code: Code, params: Readonly<Record<string, string | number>> = {}): Decision => ({
  kind: 'refused',
  code,
  params,
});

/** Why nobody is asked, or asks, who is not active. */
export const strange = (status: AgencyView['status'] | undefined): 'agency-keyless' | 'unknown-agency' =>
  status === 'keyless' ? 'agency-keyless' : 'unknown-agency';

/**
 * Whether an ask falls under an agreement, decided from data alone. Gateways and providers' kits run this same function on their own copies.
 * The most telling code wins: a purpose nobody agreed on is `purpose-not-agreed` when the pair has an agreement for that document at all.
 */
export const decide = (ask: Ask, standing: Standing): Decision => {
  const { agreements, knows, nowMs } = standing;
  const provider = knows.agency(ask.provider);
  // An agency that joins is asked by the conformance suite, which lets it in, and by nobody else; and it asks nobody.
  const answers = provider === 'active' || (provider === 'joining' && ask.requester === CONFORMANCE);
  if (!answers) return refused(strange(provider), { agency: ask.provider });
  const requester = knows.agency(ask.requester);
  if (requester !== 'active') return refused(strange(requester), { agency: ask.requester });
  if (!knows.documentType(ask.documentType, ask.documentVersion)) {
    return refused('unknown-document-type', { documentType: ask.documentType });
  }
  const between = agreements.filter(
    ({ terms }) =>
      terms.requester === ask.requester &&
      terms.provider === ask.provider &&
      terms.documentType === ask.documentType &&
      terms.documentVersion === ask.documentVersion,
  );
  if (between.length === 0) return refused('no-agreement');
  const forPurpose = between.filter(({ terms }) => terms.purposes.some(({ purpose }) => purpose === ask.purpose));
  if (forPurpose.length === 0) return refused('purpose-not-agreed', { purpose: ask.purpose });

  // Of several that do not allow it, the one that has come furthest tells most: a draft says little beside a suspension.
  let best: Refusal | undefined;
  for (const agreement of forPurpose) {
    const decision = judge(ask, agreement, standing, nowMs);
    if (decision.kind === 'allowed') return decision;
    if (best === undefined || TELLING.indexOf(agreement.status) < best.telling) {
      best = { decision, telling: TELLING.indexOf(agreement.status) };
    }
  }
  return best?.decision ?? refused('no-agreement');
};

interface Refusal {
  readonly decision: Decision;
  readonly telling: number;
}
const TELLING: readonly StandingAgreement['status'][] = ['active', 'suspended', 'accepted', 'drafted', 'terminated'];

/** Why an agreement that has not become active, or is so no more, covers nothing. */
const inactive = ({
  terms: { id: agreement, provider },
  status,
  suspendedBy,
}: StandingAgreement): Decision | undefined => {
  switch (status) {
    case 'active':
      return undefined;
    case 'drafted':
      return refused('agreement-not-accepted', { agreement, provider });
    case 'accepted':
      return refused('agreement-not-approved', { agreement });
    case 'suspended':
      return refused('agreement-suspended', { agreement, by: suspendedBy.join(', ') });
    case 'terminated':
      return refused('agreement-terminated', { agreement });
  }
};

const judge = (ask: Ask, agreement: StandingAgreement, standing: Standing, nowMs: number): Decision => {
  const { terms } = agreement;
  const waits = inactive(agreement);
  if (waits !== undefined) return waits;
  if (nowMs < terms.fromMs) return refused('agreement-not-yet-valid', { agreement: terms.id });
  if (nowMs >= terms.untilMs) return refused('agreement-expired', { agreement: terms.id });
  const outside = ask.claims.find((claim) => !terms.claims.includes(claim));
  if (outside !== undefined) return refused('claim-not-agreed', { claim: outside });
  if (ask.claims.length === 0) return refused('claim-not-agreed', { claim: '-' });
  if (standing.usedToday(terms) >= terms.quotaPerDay) return refused('quota-spent', { agreement: terms.id });
  return { kind: 'allowed', agreement };
};
