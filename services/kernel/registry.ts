import { type Bilingual, parseSignedAgreement, readBilingual, type SignedAgreement } from './agreement.ts';
import { type Digest, digestOfText } from './digest.ts';
import { readFields } from './fields.ts';
import {
  type AgencyId,
  type DocumentType,
  type GatewayId,
  type Issuer,
  parseAgencyId,
  parseDocumentType,
  parseGatewayId,
  parseIssuer,
} from './ids.ts';
import { readJws, signJws, verifyJws } from './jws.ts';
import type { EcPublicJwk, Primitives, Signer, Thumbprint } from './keys.ts';
import { DIGEST, THUMBPRINT, TYP } from './statements.ts';
import { readStatusListId, STATUS_TOKEN_CHARACTERS } from './status-list.ts';
import type { JsonObject } from './strict-json.ts';

/** One that is joining is asked by the conformance suite alone, and asks nobody, until the authority makes it active. */
export type AgencyStatus = 'joining' | 'active' | 'revoked';

/** What the registry publishes, one record per entity; `id` is unique within `kind`. */
export type Entity =
  /** `keys`: the registry's own key, signed by the authority's root (typ wasl-registry-keys+jwt). */
  | { readonly kind: 'registry'; readonly id: 'registry'; readonly keys: string }
  /** `keys`: the audit service's encryption key, signed by its root (typ wasl-audit-keys+jwt). */
  | { readonly kind: 'audit'; readonly id: 'audit'; readonly keys: string }
  /**
   * `keys`: the agency's first signing and encryption keys, signed by its recovery key (typ wasl-agency-keys+jwt); `rollovers`, in order, name the
   * later ones (typ wasl-key-rollover+jwt), `revocations` take keys back (typ wasl-key-revocation+jwt).
   */
  | {
      readonly kind: 'agency';
      readonly id: AgencyId;
      readonly name: Bilingual;
      readonly status: AgencyStatus;
      readonly keys: string;
      readonly rollovers?: readonly string[];
      readonly revocations?: readonly string[];
    }
  /** `keys`: the gateway's signing key, signed by the authority's root (typ wasl-gateway-keys+jwt): a stolen registry key makes no gateway. */
  | { readonly kind: 'gateway'; readonly id: GatewayId; readonly keys: string }
  | {
      readonly kind: 'document-type';
      readonly id: DocumentType;
      readonly version: number;
      readonly provider: AgencyId;
      readonly title: Bilingual;
      readonly schema: JsonObject;
    }
  | {
      readonly kind: 'agreement';
      readonly id: string;
      readonly signed: SignedAgreement;
      /** What officers said of it afterwards, in order (typ wasl-agreement-step+jwt); its state follows from these texts and from nothing else. */
      readonly steps: readonly string[];
    }
  /**
   * Who may act for an agency or the authority, by the key that they act with: `certificates` (typ wasl-officer+jwt) signed by the agency's
   * signing key or the authority's root, the renewed beside the former; `revocation` (typ wasl-officer-revocation+jwt) by the same.
   */
  | {
      readonly kind: 'officer';
      readonly id: Thumbprint;
      readonly issuer: Issuer;
      readonly certificates: readonly string[];
      readonly revocation?: string;
    }
  /** `id`: `<provider>/<list>`; `token`: the Status List Token, signed by the provider's signing key. */
  | { readonly kind: 'status-list'; readonly id: string; readonly provider: AgencyId; readonly token: string };

/** An entity of one kind. */
export type EntityOf<K extends Entity['kind']> = Extract<Entity, { readonly kind: K }>;

/** Every kind that there is. */
export const ENTITY_KINDS = [
  'registry',
  'audit',
  'agency',
  'gateway',
  'document-type',
  'agreement',
  'officer',
  'status-list',
] as const satisfies readonly Entity['kind'][];

/** The compacted topic's key of an entity. */
export const entityKey = (entity: Entity): string => {
  if (entity.kind === 'document-type') return `${entity.kind}/${entity.id}/${entity.version}`;
  if (entity.kind === 'officer') return `${entity.kind}/${entity.issuer}/${entity.id}`;
  return `${entity.kind}/${entity.id}`;
};

const entityJson = (entity: Entity): JsonObject => ({ ...(entity as unknown as JsonObject) });

export const signRecord = (registry: Signer, entity: Entity): Promise<string> =>
  signJws(registry, TYP.registryRecord, { aud: 'wasl', entity: entityJson(entity) });

/** Digest by which the head counts a record: over its JWS text. */
export const recordDigest = (jws: string): Digest => digestOfText(jws);

/** Parses a record without verifying it. */
export const readRecord = (jws: string): Entity => parseRecord(readJws(jws, TYP.registryRecord).payload);

export const verifyRecord = async (primitives: Primitives, registryKey: EcPublicJwk, jws: string): Promise<Entity> =>
  parseRecord(await verifyJws(primitives, registryKey, jws, TYP.registryRecord));

const parseRecord = (payload: JsonObject): Entity => {
  const outer = readFields(payload, 'record');
  outer.oneOf('aud', ['wasl']);
  const entity = parseEntity(outer.object('entity'));
  outer.done();
  return entity;
};

/** Parses a declaration strictly; what it carries signed is verified by whoever makes a copy. */
export const parseEntity = (object: JsonObject): Entity => {
  const f = readFields(object, 'entity');
  const kind = f.oneOf('kind', ENTITY_KINDS);
  const entity = ((): Entity => {
    switch (kind) {
      case 'registry':
        return { kind, id: f.oneOf('id', ['registry']), keys: f.text('keys', undefined, 4096) };
      case 'audit':
        return { kind, id: f.oneOf('id', ['audit']), keys: f.text('keys', undefined, 4096) };
      case 'agency':
        return {
          kind,
          id: parseAgencyId(f.text('id')),
          name: readBilingual(f.object('name'), 'agency.name'),
          status: f.oneOf('status', ['joining', 'active', 'revoked']),
          keys: f.text('keys', undefined, 4096),
          ...(f.has('rollovers') ? { rollovers: f.texts('rollovers', undefined, 1_000, 4096) } : {}),
          ...(f.has('revocations') ? { revocations: f.texts('revocations', undefined, 1_000, 4096) } : {}),
        };
      case 'gateway':
        return { kind, id: parseGatewayId(f.text('id')), keys: f.text('keys', undefined, 4096) };
      case 'document-type':
        return {
          kind,
          id: parseDocumentType(f.text('id')),
          version: f.count('version'),
          provider: parseAgencyId(f.text('provider')),
          title: readBilingual(f.object('title'), 'document-type.title'),
          schema: f.object('schema'),
        };
      case 'agreement':
        return {
          kind,
          id: f.text('id'),
          signed: parseSignedAgreement(f.fields('signed')),
          steps: f.texts('steps', undefined, 1_000, 16_384),
        };
      case 'status-list': {
        const id = f.text('id');
        const { provider } = readStatusListId(id);
        f.oneOf('provider', [provider]);
        return { kind, id, provider, token: f.text('token', undefined, STATUS_TOKEN_CHARACTERS) };
      }
      case 'officer': {
        const revocation = f.optionalText('revocation', undefined, 4096);
        return {
          kind,
          id: f.text('id', THUMBPRINT) as Thumbprint,
          issuer: parseIssuer(f.text('issuer')),
          certificates: f.texts('certificates', undefined, 100, 4096),
          ...(revocation === undefined ? {} : { revocation }),
        };
      }
    }
  })();
  f.done();
  return entity;
};

/** The registry's signed state: a version that only grows, a time, and a digest over the sorted record digests. */
export interface RegistryHead {
  readonly version: number;
  readonly timeMs: number;
  readonly digest: Digest;
}

export const digestOverRecords = (digests: readonly string[]): Digest => digestOfText([...digests].sort().join('\n'));

export const signHead = (registry: Signer, head: RegistryHead): Promise<string> =>
  signJws(registry, TYP.registryHead, { aud: 'wasl', version: head.version, timeMs: head.timeMs, digest: head.digest });

export const verifyHead = async (
  primitives: Primitives,
  registryKey: EcPublicJwk,
  jws: string,
): Promise<RegistryHead> => {
  const f = readFields(await verifyJws(primitives, registryKey, jws, TYP.registryHead), 'head');
  f.oneOf('aud', ['wasl']);
  const head = { version: f.count('version'), timeMs: f.count('timeMs'), digest: f.text('digest', DIGEST) as Digest };
  f.done();
  return head;
};
