import { WaslError } from './codes.ts';
import { type Digest, digestOfText } from './digest.ts';
import { isObject, readFields } from './fields.ts';
import { type AgencyId, CLAIM_NAME, type DocumentType, PURPOSE, parseAgencyId, parseDocumentType } from './ids.ts';
import { readJws, signJws, verifyJws } from './jws.ts';
import type { EcPublicJwk, Primitives, Signer, Thumbprint } from './keys.ts';
import { DIGEST, THUMBPRINT, TYP } from './statements.ts';
import type { JsonObject } from './strict-json.ts';

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

/** The terms that both agencies sign, byte for byte the same payload. Times are ms since the epoch; `until` is exclusive. */
export interface Agreement {
  readonly id: string;
  readonly version: number;
  readonly requester: AgencyId;
  readonly provider: AgencyId;
  readonly documentType: DocumentType;
  readonly documentVersion: number;
  readonly purpose: string;
  readonly purposeTitle: Bilingual;
  readonly legalBasis: Bilingual;
  /** Claims that may be disclosed, sorted. */
  readonly claims: readonly string[];
  readonly quotaPerDay: number;
  /** IANA time zone in which a quota's calendar day is counted. */
  readonly timeZone: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly pins: Pins;
}

const bilingualJson = (text: Bilingual): JsonObject => ({ en: text.en, ar: text.ar });

export const agreementPayload = (terms: Agreement): JsonObject => ({
  aud: 'wasl',
  id: terms.id,
  version: terms.version,
  requester: terms.requester,
  provider: terms.provider,
  documentType: terms.documentType,
  documentVersion: terms.documentVersion,
  purpose: terms.purpose,
  purposeTitle: bilingualJson(terms.purposeTitle),
  legalBasis: bilingualJson(terms.legalBasis),
  claims: [...terms.claims],
  quotaPerDay: terms.quotaPerDay,
  timeZone: terms.timeZone,
  fromMs: terms.fromMs,
  untilMs: terms.untilMs,
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
    purpose: f.text('purpose', PURPOSE, 100),
    purposeTitle: readBilingual(f.object('purposeTitle'), 'agreement.purposeTitle'),
    legalBasis: readBilingual(f.object('legalBasis'), 'agreement.legalBasis'),
    claims: f.texts('claims', CLAIM_NAME, 100),
    quotaPerDay: f.count('quotaPerDay'),
    timeZone: f.text('timeZone', /^[A-Za-z_]+(\/[A-Za-z_+-]+)*$/, 64),
    fromMs: f.count('fromMs'),
    untilMs: f.count('untilMs'),
    pins: parsePins(f.object('pins')),
  };
  f.done();
  return terms;
};

/** An agreement with the signatures that stand on it: two JWS over one payload. */
export interface SignedAgreement {
  readonly requester: string;
  readonly provider: string;
}

export const signAgreement = (signer: Signer, terms: Agreement): Promise<string> =>
  signJws(signer, TYP.agreement, agreementPayload(terms));

/** Digest by which entries name an agreement: over the signed payload segment, the same for both signatures. */
export const agreementDigest = (jws: string): Digest => digestOfText(jws.split('.')[1] ?? '');

/**
 * Verifies both signatures and that both are over the same payload bytes. An agreement with one signature missing or foreign counts for nobody.
 * Errors: `signature-invalid`, `malformed-message`, `wrong-type`.
 */
export const verifyAgreement = async (
  primitives: Primitives,
  keys: { readonly requester: EcPublicJwk; readonly provider: EcPublicJwk },
  signed: SignedAgreement,
): Promise<Agreement> => {
  const terms = readAgreement(signed);
  await verifyJws(primitives, keys.requester, signed.requester, TYP.agreement);
  await verifyJws(primitives, keys.provider, signed.provider, TYP.agreement);
  return terms;
};

/** Reads the terms without verifying, to learn whose keys to verify with. */
export const readAgreement = (signed: SignedAgreement): Agreement => {
  if (signed.requester.split('.')[1] !== signed.provider.split('.')[1]) throw new WaslError('signature-invalid', {});
  return parseAgreement(readJws(signed.requester, TYP.agreement).payload);
};

export const parseSignedAgreement = (value: JsonObject): SignedAgreement => {
  if (!isObject(value) || typeof value.requester !== 'string' || typeof value.provider !== 'string') {
    throw new WaslError('malformed-message', { what: 'agreement signatures' });
  }
  return { requester: value.requester, provider: value.provider };
};
