import type { Bilingual } from '../../kernel/agreement.ts';
import { CONFORMANCE } from '../../kernel/ids.ts';

/** One of the ministries that `wasl up` brings to life. */
export interface ExampleAgency {
  readonly id: string;
  readonly name: Bilingual;
  readonly documents: readonly string[];
}

export const CIVIL_STATUS: ExampleAgency = {
  id: 'civil-status',
  name: { en: 'Civil Status (example)', ar: 'الأحوال المدنية (مثال)' },
  documents: ['civil-status.personal-extract', 'civil-status.family-extract', 'civil-status.birth-certificate'],
};

export const TRANSPORT: ExampleAgency = {
  id: 'transport',
  name: { en: 'Ministry of Transport (example)', ar: 'وزارة النقل (مثال)' },
  documents: ['transport.driving-licence', 'transport.vehicle-registration'],
};

export const HEALTH: ExampleAgency = {
  id: 'health',
  name: { en: 'Ministry of Health (example)', ar: 'وزارة الصحة (مثال)' },
  documents: ['health.vaccination-record', 'health.medical-fitness'],
};

export const EDUCATION: ExampleAgency = {
  id: 'education',
  name: { en: 'Ministry of Education (example)', ar: 'وزارة التربية والتعليم (مثال)' },
  documents: ['education.secondary-certificate', 'education.enrolment'],
};

export const AGENCIES: readonly ExampleAgency[] = [CIVIL_STATUS, TRANSPORT, HEALTH, EDUCATION];

/** The agency as which the conformance suite asks; it provides nothing. */
export const CONFORMANCE_AGENCY: ExampleAgency = {
  id: CONFORMANCE,
  name: { en: 'Conformance suite', ar: 'فحص المطابقة' },
  documents: [],
};
