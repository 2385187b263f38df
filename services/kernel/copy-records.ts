import { WaslError } from './codes.ts';
import type { Digest } from './digest.ts';
import { AUTHORITY } from './ids.ts';
import { payloadSegment } from './jws.ts';
import { ENTITY_KINDS, type Entity, type EntityOf, entityKey, readRecord, recordDigest } from './registry.ts';

/**
 * A record as its readers hold it, made from its text by `holdRecord` and by nothing else. All but `text` and `digest` was read in haste, to find it by: whoever takes a word of it takes it from
 * `entityOf`, which reads strictly, and a record that then says something else counts for nobody.
 */
export interface HeldRecord {
  readonly text: string;
  readonly digest: Digest;
  readonly kind: Entity['kind'] | undefined;
  readonly key: string;
  /** Of an agreement. */
  readonly parties?: { readonly requester: string; readonly provider: string; readonly documentType: string };
  /** Of a document type and a status list. */
  readonly provider?: string;
  /** Of an officer whose key was taken back. */
  readonly revoked?: true;
}

type Loose = { readonly [name: string]: unknown } | null;

const loose = (segment: string): Loose => {
  const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString());
  return typeof value === 'object' ? (value as Loose) : null;
};
const hasty = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof WaslError || error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** Reads in haste, and verifies nothing; also what cannot be read is held, so that it is counted. */
export const holdRecord = (text: string): HeldRecord => {
  const digest = recordDigest(text);
  const held = hasty(() => {
    const entity = loose(payloadSegment(text))?.entity as Loose;
    if (entity === null || !(ENTITY_KINDS as readonly string[]).includes(String(entity?.kind))) return undefined;
    const known = entity as unknown as Entity;
    const record = { text, digest, kind: known.kind, key: entityKey(known) };
    if (known.kind === 'document-type' || known.kind === 'status-list')
      return { ...record, provider: String(known.provider) };
    if (known.kind === 'officer' && known.revocation !== undefined) return { ...record, revoked: true as const };
    if (known.kind !== 'agreement') return record;
    const terms = hasty(() => loose(payloadSegment(String(known.signed?.requester))));
    if (terms === null || terms === undefined) return record;
    const documentType = `${terms.documentType}/${terms.documentVersion}`;
    return {
      ...record,
      parties: { requester: String(terms.requester), provider: String(terms.provider), documentType },
    };
  });
  return held ?? { text, digest, kind: undefined, key: digest };
};

/** What a record says, read strictly. Errors: `malformed-message` and its like; also when it says something else than was read in haste. */
export const entityOf = <K extends Entity['kind']>(record: HeldRecord, kind: K): EntityOf<K> => {
  const entity = readRecord(record.text);
  if (entity.kind !== kind || entityKey(entity) !== record.key) {
    throw new WaslError('malformed-message', { what: 'registry record' });
  }
  return entity as EntityOf<K>;
};

/** Keys of the officers' records that an agreement leans on; none of one that cannot be read. */
const officersOf = ({ text, parties }: HeldRecord): readonly string[] =>
  hasty(() => {
    const entity = readRecord(text);
    if (entity.kind !== 'agreement' || parties === undefined) return [];
    const by = (jws: string, issuer: unknown): string => `officer/${issuer}/${loose(jws.split('.')[0] ?? '')?.kid}`;
    const { signed, steps } = entity;
    return [
      by(signed.requester, parties.requester),
      ...(signed.provider === undefined ? [] : [by(signed.provider, parties.provider)]),
      ...steps.map((step) => by(step, loose(payloadSegment(step))?.iss ?? AUTHORITY)),
    ];
  }) ?? [];

/** The records of one state, to be found by what they are about. */
export interface RecordIndex {
  readonly byKey: ReadonlyMap<string, HeldRecord>;
  /** Records of officers whose key was taken back. */
  readonly revoked: readonly HeldRecord[];
  /** `undefined`: those that cannot be read. */
  ofKind(kind: Entity['kind'] | undefined): readonly HeldRecord[];
  /** Agreements between these two about `type/version`. */
  between(requester: string, provider: string, documentType: string): readonly HeldRecord[];
  /** The records that concern an agency: the roots, all gateways, itself, its agreements, and their parties, document types, officers and their providers' status lists. */
  relevantTo(agency: string): readonly HeldRecord[];
}

const NONE: readonly HeldRecord[] = [];

export const indexRecords = (records: readonly HeldRecord[]): RecordIndex => {
  const byKey = new Map<string, HeldRecord>();
  const kinds = new Map<string | undefined, HeldRecord[]>();
  const pairs = new Map<string, HeldRecord[]>();
  const agreementsOf = new Map<string, HeldRecord[]>();
  const typesOf = new Map<string, HeldRecord[]>();
  const listsOf = new Map<string, HeldRecord[]>();
  const add = (map: Map<string | undefined, HeldRecord[]>, name: string | undefined, record: HeldRecord): void => {
    const list = map.get(name);
    if (list === undefined) map.set(name, [record]);
    else list.push(record);
  };
  for (const record of records) {
    const { key, kind, parties, provider } = record;
    // One entity in two records would be two stories: nobody could say which is meant.
    if (byKey.has(key)) throw new WaslError('malformed-message', { what: 'registry records' });
    byKey.set(key, record);
    add(kinds, kind, record);
    if (provider !== undefined) add((kind === 'status-list' ? listsOf : typesOf) as typeof kinds, provider, record);
    if (parties === undefined) continue;
    add(pairs as typeof kinds, pairOf(parties), record);
    add(agreementsOf as typeof kinds, parties.requester, record);
    if (parties.provider !== parties.requester) add(agreementsOf as typeof kinds, parties.provider, record);
  }
  return {
    byKey,
    revoked: (kinds.get('officer') ?? NONE).filter(({ revoked }) => revoked),
    ofKind: (kind) => kinds.get(kind) ?? NONE,
    between: (requester, provider, documentType) => pairs.get(pairOf({ requester, provider, documentType })) ?? NONE,
    relevantTo: (agency) => {
      const mine = agreementsOf.get(agency) ?? NONE;
      const keys = new Set([`agency/${agency}`]);
      const providers = new Set([agency]);
      for (const record of mine) {
        const { requester, provider, documentType } = record.parties as NonNullable<HeldRecord['parties']>;
        keys.add(`agency/${requester}`).add(`agency/${provider}`).add(`document-type/${documentType}`);
        providers.add(provider);
        for (const officer of officersOf(record)) keys.add(officer);
      }
      const own = typesOf.get(agency) ?? NONE;
      for (const { key } of own) keys.add(key);
      const named = [...keys].map((key) => byKey.get(key)).filter((record) => record !== undefined);
      return [
        ...(['registry', 'audit', 'gateway'] as const).flatMap((kind) => kinds.get(kind) ?? NONE),
        ...[...providers].flatMap((provider) => listsOf.get(provider) ?? NONE),
        ...named,
        ...mine,
      ];
    },
  };
};

const pairOf = ({ requester, provider, documentType }: NonNullable<HeldRecord['parties']>): string =>
  `${requester} ${provider} ${documentType}`;
