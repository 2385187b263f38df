import type { Agreement, Bilingual, Pins } from '../../kernel/agreement.ts';
import { parseAgencyId, parseDocumentType } from '../../kernel/ids.ts';
import { CIVIL_STATUS, TRANSPORT } from './agencies.ts';

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

/** The legal bases are invented, and say so. */
export const EXAMPLE_AGREEMENTS: readonly ExampleAgreement[] = [
  {
    id: 'transport.personal-extract',
    requester: TRANSPORT.id,
    provider: CIVIL_STATUS.id,
    documentType: 'civil-status.personal-extract',
    purpose: 'issue-driving-licence',
    purposeTitle: { en: 'Issuing a driving licence', ar: 'إصدار رخصة سوق' },
    legalBasis: {
      en: 'Example: article 7 of the (invented) Driving Licences Regulation: identity and age are taken from the civil register.',
      ar: 'مثال: المادة ٧ من نظام رخص السوق (نص غير حقيقي): تؤخذ الهوية والعمر من سجل الأحوال المدنية.',
    },
    claims: [
      'birthDate',
      'familyName',
      'fatherName',
      'givenName',
      'grandfatherName',
      'lifeStatus',
      'nationalNumber',
      'nationality',
      'residence',
      'sex',
    ],
  },
  {
    id: 'civil-status.vehicle-registration',
    requester: CIVIL_STATUS.id,
    provider: TRANSPORT.id,
    documentType: 'transport.vehicle-registration',
    purpose: 'estate-inventory',
    purposeTitle: { en: 'Estate inventory', ar: 'حصر إرث' },
    legalBasis: {
      en: 'Example: article 21 of the (invented) Estates Regulation: vehicles of the deceased are listed with their liens.',
      ar: 'مثال: المادة ٢١ من نظام التركات (نص غير حقيقي): تُحصر مركبات المتوفى وما عليها من رهون.',
    },
    claims: [
      'chassisNumber',
      'colour',
      'expiresOn',
      'lienHolder',
      'make',
      'model',
      'modelYear',
      'ownerName',
      'ownerNationalNumber',
      'plate',
      'registrationNumber',
      'use',
    ],
  },
];

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** The terms that both agencies sign; in force from an hour before `nowMs`, for two years. */
export const termsOf = (example: ExampleAgreement, pins: Pins, nowMs: number): Agreement => ({
  id: example.id,
  version: 1,
  requester: parseAgencyId(example.requester),
  provider: parseAgencyId(example.provider),
  documentType: parseDocumentType(example.documentType),
  documentVersion: 1,
  purpose: example.purpose,
  purposeTitle: example.purposeTitle,
  legalBasis: example.legalBasis,
  claims: [...example.claims].sort(),
  quotaPerDay: 100_000,
  timeZone: 'Asia/Amman',
  fromMs: nowMs - 60 * 60 * 1000,
  untilMs: nowMs + 2 * YEAR_MS,
  pins,
});
