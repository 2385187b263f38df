import { type Bilingual, readAgreement } from './agreement.ts';
import { type FindOfficers, followsAgreement, verifyActs } from './agreement-acts.ts';
import type { Side } from './agreement-state.ts';
import { WaslError } from './codes.ts';
import type { AgencyView } from './copy-agency.ts';
import type { CopyMemory } from './copy-memory.ts';
import type { StandingAgreement } from './decide.ts';
import type { Digest } from './digest.ts';
import { type AgencyId, AUTHORITY, type DocumentType } from './ids.ts';
import type { Thumbprint } from './keys.ts';
import type { EntityOf } from './registry.ts';
import type { JsonObject } from './strict-json.ts';

/** What a holder of a copy knows without the registry, and holds it to. */
export interface CopyPins {
  readonly authority: Thumbprint;
  readonly audit: Thumbprint;
  /** A kit's own agency: agreements count for it only by officers whom a key certifies that its own recovery key stands behind, whatever the registry says. */
  readonly own?: { readonly agency: AgencyId; readonly recovery: Thumbprint };
}

export interface DocumentTypeView {
  readonly id: DocumentType;
  readonly version: number;
  readonly provider: AgencyId;
  readonly title: Bilingual;
  readonly schema: JsonObject;
  readonly schemaDigest: Digest;
}

/** What the registry says of agencies (by id), document types (by `id/version`) and officers (by record key): to be held to the pins. */
export interface Said {
  agency(id: string): AgencyView | undefined;
  documentType(name: string): DocumentTypeView | undefined;
  officer(key: string): EntityOf<'officer'> | undefined;
}

/**
 * An agreement counts by the officers who signed and stepped, by keys that its own pins name, over a schema that it pins (design, "Whose word
 * counts"). Errors: those of `verifyActs`, and `pin-mismatch`, `unknown-agency`, `unknown-document-type`, `registry-rollback`.
 */
export const verifyStanding = async (
  pins: CopyPins,
  memory: CopyMemory,
  { id, signed, steps }: EntityOf<'agreement'>,
  said: Said,
  find: FindOfficers,
): Promise<StandingAgreement> => {
  const terms = readAgreement(signed);
  const { requester, provider, documentType } = terms;
  // The record's id is the registry's word and the terms' id is not: one agreement under two names would have two states.
  if (terms.id !== id) throw new WaslError('malformed-message', { what: 'agreement.id' });
  const parties = { requester: partyIn(said, requester), provider: partyIn(said, provider) };
  const type = said.documentType(`${documentType}/${terms.documentVersion}`);
  if (type?.provider !== provider) throw new WaslError('unknown-document-type', { documentType });
  const held =
    terms.pins.requesterRecovery === parties.requester.keys.recovery &&
    terms.pins.providerRecovery === parties.provider.keys.recovery &&
    terms.pins.authority === pins.authority &&
    terms.pins.audit === pins.audit &&
    terms.pins.schema === type.schemaDigest;
  if (!held) throw new WaslError('pin-mismatch');
  const acted = await verifyActs(memory.primitives, find, signed, steps);
  const names: Readonly<Record<Side, string>> = { requester, provider, authority: AUTHORITY };
  const standing = { ...acted, suspendedBy: acted.suspendedBy.map((side) => names[side]) };
  const seen = memory.agreements.get(id);
  if (seen !== undefined && !followsAgreement(standing, seen)) throw new WaslError('registry-rollback');
  memory.agreements.set(id, standing);
  return standing;
};

const partyIn = (said: Said, agency: AgencyId): AgencyView => {
  const view = said.agency(agency);
  if (view === undefined) throw new WaslError('unknown-agency', { agency });
  return view;
};
