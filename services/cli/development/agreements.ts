import type { Agreement, Bilingual, Pins } from '../../kernel/agreement.ts';
import { accept, draft, nextStep } from '../../kernel/agreement-record.ts';
import { AUTHORITY, parseAgencyId, parseDocumentType } from '../../kernel/ids.ts';
import type { Signer } from '../../kernel/keys.ts';
import type { EntityOf } from '../../kernel/registry.ts';

/** What distinguishes one of the example agreements; the rest is the same for all. */
export interface ExampleAgreement {
  readonly id: string;
  readonly requester: string;
  readonly provider: string;
  readonly documentType: string;
  readonly purpose: string;
  readonly purposeTitle: Bilingual;
  readonly legalBasis: Bilingual;
  readonly claims: readonly string[];
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** The terms that both agencies sign; in force from an hour before `nowMs`, for two years. */
export const termsOf = (example: ExampleAgreement, pins: Pins, nowMs: number): Agreement => ({
  id: example.id,
  version: 1,
  requester: parseAgencyId(example.requester),
  provider: parseAgencyId(example.provider),
  documentType: parseDocumentType(example.documentType),
  documentVersion: 1,
  purposes: [{ purpose: example.purpose, title: example.purposeTitle }],
  legalBasis: example.legalBasis,
  claims: [...example.claims].sort(),
  quotaPerDay: 100_000,
  timeZone: 'Asia/Amman',
  fromMs: nowMs - 60 * 60 * 1000,
  untilMs: nowMs + 2 * YEAR_MS,
  retentionDays: 365,
  visibility: { kind: 'at-once' },
  pins,
});

/** Who makes an agreement: three persons. */
export interface ThreeOfficers {
  readonly requester: Signer;
  readonly provider: Signer;
  readonly authority: Signer;
}

/** Drafted, accepted and approved in one go. */
export const approvedAgreement = async (
  { requester, provider, authority }: ThreeOfficers,
  terms: Agreement,
  timeMs: number,
): Promise<EntityOf<'agreement'>> => {
  const accepted = await accept(provider, await draft(requester, terms));
  return nextStep(authority, accepted, { issuer: AUTHORITY, step: 'approved', timeMs });
};
