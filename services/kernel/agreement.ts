import { WaslError } from './codes.ts';
import { type Digest, digestOfText } from './digest.ts';
import { type Fields, readFields } from './fields.ts';
import { type AgencyId, CLAIM_NAME, type DocumentType, PURPOSE, parseAgencyId, parseDocumentType } from './ids.ts';
import { countersignJws, payloadSegment, readJws, signJws } from './jws.ts';
import type { Signer, Thumbprint } from './keys.ts';
import { DIGEST, THUMBPRINT, TYP } from './statements.ts';
import type { JsonObject } from './strict-json.ts';

/** Characters of the signed terms at most. */
const MAX_TERMS = 64 * 1024;

export interface Bilingual {
  readonly en: string;
  readonly ar: string;
}

/** What each party holds the others to: no key and no schema counts against these (design, "Whose word counts"). */
export interface Pins {
  readonly requesterRecovery: Thumbprint;
  readonly providerRecovery: Thumbprint;
  readonly authority: Thumbprint;
  readonly audit: Thumbprint;
  readonly schema: Digest;
}

export interface AgreedPurpose {
  readonly purpose: string;
  readonly title: Bilingual;
}

/** When the citizen sees the accesses. Hiding them needs a ground in law, and ends. */
export type Visibility =
  | { readonly kind: 'at-once' }
  | { readonly kind: 'hidden-until'; readonly untilMs: number; readonly ground: Bilingual };

/** The terms that both agencies sign, byte for byte the same payload. Times are ms since the epoch; `until` is exclusive. */
export interface Agreement {
  readonly id: string;
  readonly version: number;
  readonly requester: AgencyId;
  readonly provider: AgencyId;
  readonly documentType: DocumentType;
  readonly documentVersion: number;
  /** At least one; a request names one of them. */
  readonly purposes: readonly AgreedPurpose[];
  readonly legalBasis: Bilingual;
  /** Claims that may be disclosed, sorted. */
  readonly claims: readonly string[];
  readonly quotaPerDay: number;
  /** IANA time zone in which a quota's calendar day is counted. */
  readonly timeZone: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** How long the requester may keep what it was given, days. */
  readonly retentionDays: number;
  readonly visibility: Visibility;
  readonly pins: Pins;
}

const bilingualJson = (text: Bilingual): JsonObject => ({ en: text.en, ar: text.ar });

const visibilityJson = (visibility: Visibility): JsonObject =>
  visibility.kind === 'at-once' ? { ...visibility } : { ...visibility, ground: bilingualJson(visibility.ground) };

const agreementPayload = (terms: Agreement): JsonObject => ({
  aud: 'wasl',
  id: terms.id,
  version: terms.version,
  requester: terms.requester,
  provider: terms.provider,
  documentType: terms.documentType,
  documentVersion: terms.documentVersion,
  purposes: terms.purposes.map(({ purpose, title }) => ({ purpose, title: bilingualJson(title) })),
  legalBasis: bilingualJson(terms.legalBasis),
  claims: [...terms.claims],
  quotaPerDay: terms.quotaPerDay,
  timeZone: terms.timeZone,
  fromMs: terms.fromMs,
  untilMs: terms.untilMs,
  retentionDays: terms.retentionDays,
  visibility: visibilityJson(terms.visibility),
  pins: { ...terms.pins },
});

export const readBilingual = (object: JsonObject, where: string): Bilingual => {
  const f = readFields(object, where);
  const text = { en: f.text('en', undefined, 1000), ar: f.text('ar', undefined, 1000) };
  f.done();
  return text;
};

const parsePins = (object: JsonObject): Pins => {
  const f = readFields(object, 'agreement.pins');
  const pins = {
    requesterRecovery: f.text('requesterRecovery', THUMBPRINT) as Thumbprint,
    providerRecovery: f.text('providerRecovery', THUMBPRINT) as Thumbprint,
    authority: f.text('authority', THUMBPRINT) as Thumbprint,
    audit: f.text('audit', THUMBPRINT) as Thumbprint,
    schema: f.text('schema', DIGEST) as Digest,
  };
  f.done();
  return pins;
};

const parsePurposes = (f: Fields): readonly AgreedPurpose[] => {
  const purposes = f.list('purposes', 50, (item) => ({
    purpose: item.text('purpose', PURPOSE, 100),
    title: readBilingual(item.object('title'), 'agreement.purposes.title'),
  }));
  const names = new Set(purposes.map(({ purpose }) => purpose));
  if (names.size === 0 || names.size < purposes.length) {
    throw new WaslError('malformed-message', { what: 'agreement.purposes' });
  }
  return purposes;
};

const parseVisibility = (f: Fields): Visibility => {
  const kind = f.oneOf('kind', ['at-once', 'hidden-until']);
  const visibility: Visibility =
    kind === 'at-once'
      ? { kind }
      : { kind, untilMs: f.count('untilMs'), ground: readBilingual(f.object('ground'), 'agreement.visibility.ground') };
  f.done();
  return visibility;
};

export const parseAgreement = (payload: JsonObject): Agreement => {
  const f = readFields(payload, 'agreement');
  f.oneOf('aud', ['wasl']);
  const terms: Agreement = {
    id: f.text('id', /^[a-z0-9][a-z0-9.-]*$/, 100),
    version: f.count('version'),
    requester: parseAgencyId(f.text('requester')),
    provider: parseAgencyId(f.text('provider')),
    documentType: parseDocumentType(f.text('documentType')),
    documentVersion: f.count('documentVersion'),
    purposes: parsePurposes(f),
    legalBasis: readBilingual(f.object('legalBasis'), 'agreement.legalBasis'),
    claims: f.texts('claims', CLAIM_NAME, 100),
    quotaPerDay: f.count('quotaPerDay'),
    timeZone: f.text('timeZone', /^[A-Za-z_]+(\/[A-Za-z_+-]+)*$/, 64),
    fromMs: f.count('fromMs'),
    untilMs: f.count('untilMs'),
    retentionDays: f.count('retentionDays'),
    visibility: parseVisibility(f.fields('visibility')),
    pins: parsePins(f.object('pins')),
  };
  f.done();
  return terms;
};

/**
 * The terms with the signatures that stand on them, each by an officer of its side: the requester's is a JWS, and the provider's, once it has
 * accepted, a countersignature over the very payload that the requester's carries. So both are over the same bytes or worth nothing.
 */
export interface SignedAgreement {
  readonly requester: string;
  readonly provider?: string;
}

/** The requester's officer drafts. */
export const draftAgreement = (officer: Signer, terms: Agreement): Promise<string> =>
  signJws(officer, TYP.agreement, agreementPayload(terms));

/** The provider's officer accepts what was drafted. */
export const acceptAgreement = (officer: Signer, draft: string): Promise<string> =>
  countersignJws(officer, TYP.agreement, draft);

/** Digest by which steps and entries name an agreement: over the signed payload segment, the same for both signatures. */
export const agreementDigest = ({ requester }: SignedAgreement): Digest => digestOfText(payloadSegment(requester));

/** Reads the terms without verifying, to learn whose keys to verify with. */
export const readAgreement = ({ requester }: SignedAgreement): Agreement =>
  parseAgreement(readJws(requester, TYP.agreement).payload);

export const parseSignedAgreement = (f: Fields): SignedAgreement => {
  const signed = { requester: f.text('requester', undefined, MAX_TERMS) };
  const provider = f.optionalText('provider', undefined, 512);
  f.done();
  return provider === undefined ? signed : { ...signed, provider };
};
