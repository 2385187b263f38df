import { agreementDigest, type Bilingual, readAgreement, verifyAgreement } from './agreement.ts';
import { WaslError } from './codes.ts';
import type { StandingAgreement } from './decide.ts';
import type { Digest } from './digest.ts';
import type { AgencyId, DocumentType } from './ids.ts';
import type { EcPublicJwk, Primitives, Thumbprint } from './keys.ts';
import type { AgencyKeys, Entity } from './registry.ts';
import type { JsonObject } from './strict-json.ts';

/** What a holder of a copy knows without the registry, and holds it to. */
export interface CopyPins {
  readonly authority: Thumbprint;
  readonly audit: Thumbprint;
  /** A kit's own agency: agreements count for it only with this key's signature, whatever the registry says of that key. */
  readonly own?: { readonly agency: AgencyId; readonly signing: EcPublicJwk };
}

export interface AgencyView {
  readonly id: AgencyId;
  readonly name: Bilingual;
  readonly status: 'joining' | 'active' | 'revoked';
  readonly keys: AgencyKeys;
}

export interface DocumentTypeView {
  readonly id: DocumentType;
  readonly version: number;
  readonly provider: AgencyId;
  readonly title: Bilingual;
  readonly schema: JsonObject;
  readonly schemaDigest: Digest;
}

/** What the registry says of agencies (by id) and document types (by `id/version`): to be held to the pins. */
export interface Said {
  readonly agencies: ReadonlyMap<string, AgencyView>;
  readonly types: ReadonlyMap<string, DocumentTypeView>;
}

/**
 * An agreement counts with both signatures, by keys that its own pins name, over a schema that it pins (design, "Whose word counts").
 * `undefined` for one between others, when `pins.own` is given. Errors: `pin-mismatch`, `signature-invalid`, `unknown-agency`,
 * `unknown-document-type`, `malformed-message`.
 */
export const verifyStanding = async (
  primitives: Primitives,
  pins: CopyPins,
  { id, status, signed }: Extract<Entity, { readonly kind: 'agreement' }>,
  said: Said,
): Promise<StandingAgreement | undefined> => {
  const terms = readAgreement(signed);
  const { requester, provider, documentType } = terms;
  if (pins.own !== undefined && requester !== pins.own.agency && provider !== pins.own.agency) return undefined;
  // The record's id is the registry's word and the terms' id is not: one agreement under two names would have two states.
  if (terms.id !== id) throw new WaslError('malformed-message', { what: 'agreement.id' });
  const parties = { requester: partyIn(said, requester), provider: partyIn(said, provider) };
  const type = said.types.get(`${documentType}/${terms.documentVersion}`);
  if (type?.provider !== provider) throw new WaslError('unknown-document-type', { documentType });
  const held =
    terms.pins.requesterRecovery === parties.requester.keys.recovery &&
    terms.pins.providerRecovery === parties.provider.keys.recovery &&
    terms.pins.authority === pins.authority &&
    terms.pins.audit === pins.audit &&
    terms.pins.schema === type.schemaDigest;
  if (!held) throw new WaslError('pin-mismatch');
  const signing = ({ id: agency, keys }: AgencyView): EcPublicJwk =>
    agency === pins.own?.agency ? pins.own.signing : keys.signing;
  await verifyAgreement(
    primitives,
    { requester: signing(parties.requester), provider: signing(parties.provider) },
    signed,
  );
  return { terms, digest: agreementDigest(signed.requester), status };
};

const partyIn = ({ agencies }: Said, agency: AgencyId): AgencyView => {
  const view = agencies.get(agency);
  if (view === undefined) throw new WaslError('unknown-agency', { agency });
  return view;
};
