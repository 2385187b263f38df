import type { Agreement, Pins } from '../../kernel/agreement.ts';
import { isObject } from '../../kernel/fields.ts';
import { type AgencyId, CONFORMANCE, type DocumentType } from '../../kernel/ids.ts';
import { isClaimName } from '../../kernel/sdjwt.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';

export const PURPOSE = 'conformance-check';
const HOUR_MS = 3_600_000;
/** Some runs, each of a few hundred requests. */
const QUOTA = 5_000;

/**
 * The claims of a schema that the suite agrees on, sorted, and one that it leaves out where there are more than two: to be refused. Those in
 * which the subject stands are agreed on, so that it shows whose document came.
 */
export const claimsOf = (schema: JsonObject): { readonly agreed: readonly string[]; readonly left?: string } => {
  const properties = isObject(schema.properties) ? Object.keys(schema.properties) : [];
  const names = properties.filter((name) => name !== 'asOf' && isClaimName(name)).sort();
  const schemes = isObject(schema['x-subject-schemes']) ? Object.values(schema['x-subject-schemes']) : [];
  const telling = schemes.flatMap((rule) => (isObject(rule) && Array.isArray(rule.claims) ? rule.claims : []));
  const left = names.length > 2 ? names.findLast((name) => !telling.includes(name)) : undefined;
  return left === undefined ? { agreed: names } : { agreed: names.filter((name) => name !== left), left };
};

/** Id of the agreement by which the suite asks for one document type. */
export const termsId = (documentType: DocumentType, version: number): string =>
  `conformance.${documentType}.v${version}`;

/** What the suite and an agency agree on, so that the suite may ask it about invented or sample subjects. */
export const conformanceTerms = (of: {
  readonly provider: AgencyId;
  readonly documentType: DocumentType;
  readonly documentVersion: number;
  readonly schema: JsonObject;
  readonly pins: Pins;
  readonly nowMs: number;
  /** 1 for the first; a later one stands above it. */
  readonly version?: number;
}): Agreement => ({
  id: termsId(of.documentType, of.documentVersion),
  version: of.version ?? 1,
  requester: CONFORMANCE,
  provider: of.provider,
  documentType: of.documentType,
  documentVersion: of.documentVersion,
  purposes: [{ purpose: PURPOSE, title: { en: 'Conformance check', ar: 'فحص المطابقة' } }],
  legalBasis: {
    en: 'The conditions of joining the bus: subjects named by the agency itself for this check.',
    ar: 'شروط الانضمام إلى الناقل: أصحاب علاقة تسميهم الجهة نفسها لهذا الفحص.',
  },
  claims: claimsOf(of.schema).agreed,
  quotaPerDay: QUOTA,
  timeZone: 'UTC',
  fromMs: of.nowMs - HOUR_MS,
  // Long enough for a run: the suite must not be able to ask about people of the register afterwards.
  untilMs: of.nowMs + 2 * HOUR_MS,
  retentionDays: 0,
  visibility: { kind: 'at-once' },
  pins: of.pins,
});
