import { readAgreement } from './agreement.ts';
import { encodeBase64url } from './base64url.ts';
import { type Code, WaslError } from './codes.ts';
import { sha256 } from './digest.ts';
import type { AgencyId } from './ids.ts';
import { readJws, verifyJws } from './jws.ts';
import { type Primitives, type Thumbprint, thumbprint } from './keys.ts';
import {
  digestOverRecords,
  type Entity,
  entityKey,
  type RegistryHead,
  readRecord,
  recordDigest,
  verifyHead,
  verifyRegistryKeys,
} from './registry.ts';
import { TYP } from './statements.ts';

/** What came from the registry: the records held, its head, and the digests of all records that the head speaks for. */
export interface RegistryState {
  readonly records: readonly string[];
  readonly head: string;
  readonly digests: readonly string[];
}

export interface VerifiedState {
  readonly head: RegistryHead;
  readonly entities: readonly Entity[];
  /** Records that the registry signed and that we cannot read: a newer registry knows kinds that we do not. */
  readonly unreadable: readonly { readonly what: string; readonly code: Code }[];
}

/**
 * The registry's own word: its key by the authority, every record and the head by that key, every record in the head's list, no entity twice.
 * A list longer than the records held is no fault: kits get only what concerns them, and what is withheld from them counts for nobody.
 */
export const verifyState = async (
  primitives: Primitives,
  authority: Thumbprint,
  { records, head: headText, digests }: RegistryState,
): Promise<VerifiedState> => {
  const own = records.map(tryRead).find((entity) => entity?.kind === 'registry');
  if (own?.kind !== 'registry') throw new WaslError('pin-mismatch');
  const { registry: key } = await verifyRegistryKeys(primitives, own.keys, authority);
  const head = await verifyHead(primitives, key, headText);
  const listed = new Set(digests);
  const whole = digestOverRecords(digests) === head.digest && records.every((text) => listed.has(recordDigest(text)));
  if (!whole) throw new WaslError('signature-invalid');
  await Promise.all(records.map((text) => verifyJws(primitives, key, text, TYP.registryRecord)));

  const entities = new Map<string, Entity>();
  const unreadable: { what: string; code: Code }[] = [];
  for (const text of records) {
    const entity = tryRead(text);
    if (entity === undefined) {
      unreadable.push({ what: recordDigest(text), code: 'malformed-message' });
      continue;
    }
    const name = entityKey(entity);
    if (entities.has(name)) throw new WaslError('malformed-message', { what: 'registry records' });
    entities.set(name, entity);
  }
  return { head, entities: [...entities.values()], unreadable };
};

const tryRead = (record: string): Entity | undefined => attempt(() => readRecord(record));

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof WaslError) return undefined;
    throw error;
  }
};

/** Primitives that remember which signatures were good: a new head over unchanged records costs one verification. */
export const rememberVerified = (
  primitives: Primitives,
  earlier: ReadonlySet<string> = new Set(),
): { readonly primitives: Primitives; readonly verified: ReadonlySet<string> } => {
  const verified = new Set<string>();
  return {
    verified,
    primitives: {
      ...primitives,
      verifyEs256: async (jwk, bytes, signature) => {
        const name = [thumbprint(jwk), encodeBase64url(sha256(bytes)), encodeBase64url(signature)].join('.');
        const good = earlier.has(name) || (await primitives.verifyEs256(jwk, bytes, signature));
        if (good) verified.add(name);
        return good;
      },
    },
  };
};

/** The records that concern an agency: the roots, all gateways, itself, its agreements, and their parties and document types. Reads, and verifies nothing. */
export const relevantTo = (agency: AgencyId, records: readonly string[]): string[] => {
  const parties = new Set<string>([agency]);
  const types = new Set<string>();
  const mine = new Set<string>();
  const read = records.map((record) => ({ record, entity: tryRead(record) }));
  for (const { entity } of read) {
    if (entity?.kind !== 'agreement') continue;
    // One that cannot be read counts for nobody, and must not keep the others from anybody.
    const terms = attempt(() => readAgreement(entity.signed));
    if (terms === undefined || (terms.requester !== agency && terms.provider !== agency)) continue;
    mine.add(entity.id);
    parties.add(terms.requester).add(terms.provider);
    types.add(`${terms.documentType}/${terms.documentVersion}`);
  }
  const concerns = (entity: Entity): boolean => {
    if (entity.kind === 'agency') return parties.has(entity.id);
    if (entity.kind === 'document-type')
      return types.has(`${entity.id}/${entity.version}`) || entity.provider === agency;
    return entity.kind === 'agreement' ? mine.has(entity.id) : true;
  };
  return read.filter(({ entity }) => entity !== undefined && concerns(entity)).map(({ record }) => record);
};

/** The digest a head speaks of, without verifying it: to know whether one holds all that it counts. */
export const headDigestOf = (head: string): string => String(readJws(head, TYP.registryHead).payload.digest);
