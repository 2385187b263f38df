import { canonicalJson } from './canonical.ts';
import { type Code, WaslError } from './codes.ts';
import { type AgencyView, type CopyPins, type DocumentTypeView, verifyStanding } from './copy-agreement.ts';
import { type RegistryState, rememberVerified, type VerifiedState, verifyState } from './copy-state.ts';
import type { StandingAgreement } from './decide.ts';
import { type Digest, digestOfText } from './digest.ts';
import { type EcPublicJwk, type OkpPublicJwk, type Primitives, thumbprint } from './keys.ts';
import { type Entity, entityKey, verifyAgencyKeys, verifyAuditKeys, verifyGatewayKeys } from './registry.ts';
import type { JsonObject } from './strict-json.ts';

export type { AgencyView, CopyPins, DocumentTypeView } from './copy-agreement.ts';
export { headDigestOf, type RegistryState, relevantTo } from './copy-state.ts';

/** One verified state of the registry; immutable. Gateways and kits decide from theirs, so the registry may be away. */
export interface RegistryCopy {
  readonly version: number;
  /** When the head was signed, by the registry's clock; ms. */
  readonly timeMs: number;
  readonly audit: OkpPublicJwk;
  /** A gateway's copy knows every agency. A kit's copy knows itself and the other parties of its standing agreements: only their keys are pinned. */
  agency(id: string): AgencyView | undefined;
  gateway(id: string): EcPublicJwk | undefined;
  /** A kit's copy knows the document types of its standing agreements: only their schemas are pinned. */
  documentType(type: string, version: number): DocumentTypeView | undefined;
  readonly agencies: readonly AgencyView[];
  readonly documentTypes: readonly DocumentTypeView[];
  readonly agreements: readonly StandingAgreement[];
  /** Records that were left out, and why: a bad one does not break the rest. */
  readonly problems: readonly { readonly what: string; readonly code: Code }[];
}

/** What a copy was made from, for the next one: the signatures found good and the head's digest. */
const workings = new WeakMap<RegistryCopy, { readonly verified: ReadonlySet<string>; readonly digest: Digest }>();

/** Digest by which an agreement pins a schema: over its canonical JSON. */
export const schemaDigest = (schema: JsonObject): Digest => digestOfText(canonicalJson(schema));

/**
 * Verifies a state and makes a copy of it. Throws for what breaks the whole: a registry key without the authority's word, or no audit key by
 * its root (`pin-mismatch`); a head or record without the registry's signature, a list that is not the head's, a record that is not in the
 * list (`signature-invalid`); a version smaller than `previous`, or the same with other records (`registry-rollback`).
 */
export const buildCopy = async (
  primitives: Primitives,
  pins: CopyPins,
  state: RegistryState,
  previous?: RegistryCopy,
): Promise<RegistryCopy> => {
  const earlier = previous === undefined ? undefined : workings.get(previous);
  const remembering = rememberVerified(primitives, earlier?.verified);
  const verified = await verifyState(remembering.primitives, pins.authority, state);
  const { version, timeMs, digest } = verified.head;
  if (previous !== undefined && version <= previous.version) {
    const forked = earlier !== undefined && earlier.digest !== digest;
    if (version < previous.version || forked) throw new WaslError('registry-rollback');
  }
  const held = await takeEntities(remembering.primitives, pins, verified, previous);
  const copy: RegistryCopy = {
    version,
    // The same state as before under an older head makes nothing older.
    timeMs: version === previous?.version ? Math.max(timeMs, previous.timeMs) : timeMs,
    audit: held.audit,
    agency: (id) => held.agencies.get(id),
    gateway: (id) => held.gateways.get(id),
    documentType: (type, typeVersion) => held.types.get(`${type}/${typeVersion}`),
    agencies: [...held.agencies.values()],
    documentTypes: [...held.types.values()],
    agreements: held.agreements,
    problems: held.problems,
  };
  workings.set(copy, { verified: remembering.verified, digest });
  return copy;
};

type Kind<K extends Entity['kind']> = Extract<Entity, { readonly kind: K }>;

const takeEntities = async (
  primitives: Primitives,
  pins: CopyPins,
  { entities, unreadable }: VerifiedState,
  previous: RegistryCopy | undefined,
) => {
  const { own } = pins;
  const problems = [...unreadable];
  const agencies = new Map<string, AgencyView>();
  const gateways = new Map<string, EcPublicJwk>();
  const types = new Map<string, DocumentTypeView>();
  const agreements: StandingAgreement[] = [];
  let audit: OkpPublicJwk | undefined;

  const each = async <K extends Entity['kind']>(kind: K, take: (entity: Kind<K>) => Promise<void>): Promise<void> => {
    for (const entity of entities) {
      if (entity.kind !== kind) continue;
      try {
        await take(entity as Kind<K>);
      } catch (error) {
        if (!(error instanceof WaslError)) throw error;
        problems.push({ what: entityKey(entity), code: error.code });
      }
    }
  };
  await each('audit', async ({ keys }) => {
    audit = await verifyAuditKeys(primitives, keys, pins.audit);
  });
  if (audit === undefined) throw new WaslError('pin-mismatch');
  await each('gateway', async ({ id, keys }) => {
    const named = await verifyGatewayKeys(primitives, keys, pins.authority);
    if (named.gateway !== id) throw new WaslError('pin-mismatch');
    gateways.set(id, named.key);
  });
  await each('agency', async ({ id, name, status, keys: text }) => {
    const keys = await verifyAgencyKeys(primitives, text);
    if (keys.agency !== id) throw new WaslError('pin-mismatch');
    agencies.set(id, { id, name, status, keys });
  });
  await each('document-type', async ({ id, version, provider, title, schema }) => {
    types.set(`${id}/${version}`, { id, version, provider, title, schema, schemaDigest: schemaDigest(schema) });
  });
  await each('agreement', async (entity) => {
    const standing = await verifyStanding(primitives, pins, entity, { agencies, types });
    if (standing === undefined) return;
    const known = previous?.agreements.find(({ terms }) => terms.id === standing.terms.id);
    if (known !== undefined && known.terms.version > standing.terms.version) throw new WaslError('registry-rollback');
    agreements.push(standing);
  });

  if (own !== undefined) {
    const vouched = new Set<string>();
    const said = agencies.get(own.agency)?.keys.signing;
    if (said !== undefined && thumbprint(said) === thumbprint(own.signing)) vouched.add(own.agency);
    else problems.push({ what: `agency/${own.agency}`, code: 'pin-mismatch' });
    for (const { terms } of agreements) {
      vouched.add(terms.requester === own.agency ? terms.provider : terms.requester);
      vouched.add(`${terms.documentType}/${terms.documentVersion}`);
    }
    // What no agreement pins is the registry's word alone: whoever steals its key must not choose whom a kit seals to.
    for (const held of [agencies, types]) for (const id of held.keys()) if (!vouched.has(id)) held.delete(id);
  }
  return { audit, agencies, gateways, types, agreements, problems };
};
