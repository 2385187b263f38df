import { type Bilingual, readAgreement } from './agreement.ts';
import { type FindOfficers, followsAgreement, type Officer, verifyActs } from './agreement-acts.ts';
import type { Side } from './agreement-state.ts';
import { unlessRefused, WaslError } from './codes.ts';
import type { AgencyView } from './copy-agency.ts';
import type { StandingAgreement } from './decide.ts';
import type { Digest } from './digest.ts';
import { type AgencyId, AUTHORITY, type DocumentType, type Issuer } from './ids.ts';
import { readJws } from './jws.ts';
import { followsHistory, type KeyHistory } from './key-history.ts';
import { type Primitives, type Thumbprint, thumbprint } from './keys.ts';
import { type IssuerKey, verifyOfficer, verifyOfficerRevocation } from './officer.ts';
import type { EntityOf } from './registry.ts';
import { rememberLately } from './remember.ts';
import { TYP } from './statements.ts';
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

/** What one reader has seen and does not forget while it runs, whatever a later state leaves out. */
export interface CopyMemory {
  /** They remember the last good signatures. */
  readonly primitives: Primitives;
  readonly agreements: Map<string, StandingAgreement>;
  /** From when on an officer's key counts for nothing, by the record's key. */
  readonly revoked: Map<string, number>;
  /** Of each agency's keys, by its id. */
  readonly keys: Map<string, Pick<KeyHistory, 'rollovers' | 'revoked'>>;
}

const REMEMBERED_SIGNATURES = 50_000;

export const newCopyMemory = (primitives: Primitives): CopyMemory => ({
  primitives: rememberLately(primitives, REMEMBERED_SIGNATURES),
  agreements: new Map(),
  revoked: new Map(),
  keys: new Map(),
});

/** Holds an agency's keys to what was seen of them. Error: `registry-rollback`. */
export const rememberKeys = (memory: CopyMemory, history: KeyHistory): void => {
  const seen = memory.keys.get(history.agency);
  if (seen !== undefined && !followsHistory(history, seen)) throw new WaslError('registry-rollback');
  memory.keys.set(history.agency, history);
};

/** The officers of one state, each verified when first asked for, by the key of their own issuer. */
export const officersIn = (
  pins: Pick<CopyPins, 'authority' | 'own'>,
  memory: CopyMemory,
  said: Pick<Said, 'agency' | 'officer'>,
): FindOfficers => {
  const found = new Map<string, Promise<readonly Officer[]>>();
  const issuerKey = (issuer: Issuer, kid: Thumbprint): IssuerKey => {
    if (issuer === AUTHORITY) return { root: pins.authority };
    const agency = said.agency(issuer);
    const foreign = issuer === pins.own?.agency && agency?.keys.recovery !== pins.own.recovery;
    const key = foreign ? undefined : agency?.kept(kid);
    if (key === undefined) throw new WaslError('unknown-key', { agency: issuer });
    return key;
  };
  const look = async (key: string, issuer: Issuer, kid: Thumbprint): Promise<readonly Officer[]> => {
    const entity = said.officer(key);
    if (entity === undefined) return [];
    const { certificates, revocation } = entity;
    if (revocation !== undefined) {
      const revoked = await ours(async () => {
        const by = issuerKey(issuer, readJws(revocation, TYP.officerRevocation).kid);
        return verifyOfficerRevocation(memory.primitives, by, revocation);
      });
      // Somebody else's revocation is nobody's: a stolen registry key must not choose whose signature falls.
      if (revoked?.issuer === issuer && revoked.officer === kid) {
        memory.revoked.set(key, Math.min(revoked.sinceMs, memory.revoked.get(key) ?? Number.POSITIVE_INFINITY));
      }
    }
    const verified = await Promise.all(
      certificates.map((text) =>
        ours(async () => verifyOfficer(memory.primitives, issuerKey(issuer, readJws(text, TYP.officer).kid), text)),
      ),
    );
    const revokedSinceMs = memory.revoked.get(key);
    return verified
      .filter((officer) => officer?.issuer === issuer && thumbprint(officer.key) === kid)
      .map((officer) => ({ ...(officer as Officer), ...(revokedSinceMs === undefined ? {} : { revokedSinceMs }) }));
  };
  return (issuer, kid) => {
    const key = `officer/${issuer}/${kid}`;
    const held = found.get(key) ?? look(key, issuer, kid);
    found.set(key, held);
    return held;
  };
};

/** What does not verify is no certificate; it spoils none beside it. */
const ours = <T>(verify: () => Promise<T>): Promise<T | undefined> => verify().catch(unlessRefused);

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
