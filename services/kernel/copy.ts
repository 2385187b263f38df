import { agreementDigest, type Bilingual, readAgreement, type SignedAgreement, verifyAgreement } from './agreement.ts';
import { utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { type Code, WaslError } from './codes.ts';
import type { StandingAgreement } from './decide.ts';
import { type Digest, digestOf } from './digest.ts';
import type { AgencyId, DocumentType } from './ids.ts';
import { readJws, verifyJws } from './jws.ts';
import type { EcPublicJwk, OkpPublicJwk, Primitives, Thumbprint } from './keys.ts';
import {
  type AgencyKeys,
  digestOverRecords,
  type Entity,
  entityKey,
  readRecord,
  recordDigest,
  verifyAgencyKeys,
  verifyAuditKeys,
  verifyGatewayKeys,
  verifyHead,
  verifyRecord,
  verifyRegistryKeys,
} from './registry.ts';
import { TYP } from './statements.ts';
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
  readonly status: 'active' | 'revoked';
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

/** One verified state of the registry; immutable. Gateways and kits decide from theirs, so the registry may be away. */
export interface RegistryCopy {
  readonly version: number;
  readonly timeMs: number;
  readonly audit: OkpPublicJwk;
  agency(id: string): AgencyView | undefined;
  gateway(id: string): EcPublicJwk | undefined;
  documentType(type: string, version: number): DocumentTypeView | undefined;
  readonly agencies: readonly AgencyView[];
  readonly documentTypes: readonly DocumentTypeView[];
  readonly agreements: readonly StandingAgreement[];
  /** Records that were left out, and why: a bad one does not break the rest. */
  readonly problems: readonly { readonly what: string; readonly code: Code }[];
}

/** What came from the registry: the records held, its head, and the digests of all records that the head speaks for. */
export interface RegistryState {
  readonly records: readonly string[];
  readonly head: string;
  readonly digests: readonly string[];
}

/** Digest by which an agreement pins a schema: over its canonical JSON. */
export const schemaDigest = (schema: JsonObject): Digest => digestOf(utf8(canonicalJson(schema)));

/**
 * Verifies a state and makes a copy of it. Throws for what breaks the whole: a registry key without the authority's word
 * (`pin-mismatch`), a head or record without the registry's (`signature-invalid`), a list that is not the head's or a record that is not in
 * the list (`signature-invalid`), a head older than `previous` (`registry-rollback`).
 */
export const buildCopy = async (
  primitives: Primitives,
  pins: CopyPins,
  state: RegistryState,
  previous?: RegistryCopy,
): Promise<RegistryCopy> => {
  const entities = await verifyState(primitives, pins, state);
  const { head } = entities;
  if (previous !== undefined && (head.version < previous.version || head.timeMs < previous.timeMs)) {
    throw new WaslError('registry-rollback');
  }
  const problems: { what: string; code: Code }[] = [];
  const agencies = new Map<string, AgencyView>();
  const gateways = new Map<string, EcPublicJwk>();
  const types = new Map<string, DocumentTypeView>();
  const agreements: StandingAgreement[] = [];
  let audit: OkpPublicJwk | undefined;

  const each = async (kind: Entity['kind'], take: (entity: Entity) => Promise<void>): Promise<void> => {
    for (const entity of entities.all) {
      if (entity.kind !== kind) continue;
      try {
        await take(entity);
      } catch (error) {
        if (!(error instanceof WaslError)) throw error;
        problems.push({ what: entityKey(entity), code: error.code });
      }
    }
  };
  await each('audit', async (entity) => {
    if (entity.kind === 'audit') audit = await verifyAuditKeys(primitives, entity.keys, pins.audit);
  });
  await each('gateway', async (entity) => {
    if (entity.kind !== 'gateway') return;
    const named = await verifyGatewayKeys(primitives, entity.keys, pins.authority);
    if (named.gateway !== entity.id) throw new WaslError('pin-mismatch');
    gateways.set(entity.id, named.key);
  });
  await each('agency', async (entity) => {
    if (entity.kind !== 'agency') return;
    const keys = await verifyAgencyKeys(primitives, entity.keys);
    if (keys.agency !== entity.id) throw new WaslError('pin-mismatch');
    agencies.set(entity.id, { id: entity.id, name: entity.name, status: entity.status, keys });
  });
  await each('document-type', async (entity) => {
    if (entity.kind !== 'document-type') return;
    const { id, version, provider, title, schema } = entity;
    types.set(`${id}/${version}`, { id, version, provider, title, schema, schemaDigest: schemaDigest(schema) });
  });
  await each('agreement', async (entity) => {
    if (entity.kind !== 'agreement') return;
    agreements.push({
      ...(await verifyPinned(primitives, pins, entity.signed, agencies, types)),
      status: entity.status,
    });
  });
  if (audit === undefined) throw new WaslError('pin-mismatch');
  return {
    version: head.version,
    timeMs: head.timeMs,
    audit,
    agency: (id) => agencies.get(id),
    gateway: (id) => gateways.get(id),
    documentType: (type, version) => types.get(`${type}/${version}`),
    agencies: [...agencies.values()],
    documentTypes: [...types.values()],
    agreements,
    problems,
  };
};

/** The registry's own word: its key by the authority, every record and the head by that key, all of them in the head's list. */
const verifyState = async (primitives: Primitives, pins: CopyPins, { records, head, digests }: RegistryState) => {
  const own = records.map(readRecord).find(({ kind }) => kind === 'registry');
  if (own?.kind !== 'registry') throw new WaslError('pin-mismatch');
  const key = await verifyRegistryKeys(primitives, own.keys, pins.authority);
  const verifiedHead = await verifyHead(primitives, key, head);
  const listed = new Set(digests);
  if (
    digestOverRecords(digests) !== verifiedHead.digest ||
    !records.every((record) => listed.has(recordDigest(record)))
  ) {
    throw new WaslError('signature-invalid');
  }
  const all = await Promise.all(records.map((record) => verifyRecord(primitives, key, record)));
  return { head: verifiedHead, all };
};

/** An agreement counts with both signatures, by keys that its own pins name, over a schema that it pins (design, "Whose word counts"). */
const verifyPinned = async (
  primitives: Primitives,
  pins: CopyPins,
  signed: SignedAgreement,
  agencies: ReadonlyMap<string, AgencyView>,
  types: ReadonlyMap<string, DocumentTypeView>,
): Promise<Omit<StandingAgreement, 'status'>> => {
  const { own } = pins;
  const read = readAgreement(signed);
  if (own !== undefined) {
    const ours = read.requester === own.agency ? signed.requester : read.provider === own.agency ? signed.provider : '';
    if (ours === '') throw new WaslError('no-agreement');
    await verifyJws(primitives, own.signing, ours, TYP.agreement);
  }
  const requester = agencies.get(read.requester);
  const provider = agencies.get(read.provider);
  if (requester === undefined) throw new WaslError('unknown-agency', { agency: read.requester });
  if (provider === undefined) throw new WaslError('unknown-agency', { agency: read.provider });
  const terms = await verifyAgreement(
    primitives,
    { requester: requester.keys.signing, provider: provider.keys.signing },
    signed,
  );
  const type = types.get(`${terms.documentType}/${terms.documentVersion}`);
  if (type?.provider !== terms.provider)
    throw new WaslError('unknown-document-type', { documentType: read.documentType });
  const held =
    terms.pins.requesterRecovery === requester.keys.recovery &&
    terms.pins.providerRecovery === provider.keys.recovery &&
    terms.pins.authority === pins.authority &&
    terms.pins.audit === pins.audit &&
    terms.pins.schema === type.schemaDigest;
  if (!held) throw new WaslError('pin-mismatch');
  return { terms, digest: agreementDigest(signed.requester) };
};

/** The records that concern an agency: the roots, all gateways, itself, its agreements, and their parties and document types. Reads, and verifies nothing. */
export const relevantTo = (agency: AgencyId, records: readonly string[]): string[] => {
  const read = records.map((record) => ({ record, entity: readRecord(record) }));
  const parties = new Set<string>([agency]);
  const types = new Set<string>();
  const mine = new Set<string>();
  for (const { entity } of read) {
    if (entity.kind !== 'agreement') continue;
    const { requester, provider, documentType } = readAgreement(entity.signed);
    if (requester !== agency && provider !== agency) continue;
    mine.add(entity.id);
    parties.add(requester).add(provider);
    types.add(documentType);
  }
  return read
    .filter(({ entity }) => {
      if (entity.kind === 'agency') return parties.has(entity.id);
      if (entity.kind === 'document-type') return types.has(entity.id) || entity.provider === agency;
      return entity.kind === 'agreement' ? mine.has(entity.id) : true;
    })
    .map(({ record }) => record);
};

/** The digest a head speaks of, without verifying it: to know whether one holds all that it counts. */
export const headDigestOf = (head: string): string => String(readJws(head, TYP.registryHead).payload.digest);
