import { room, viewOf } from './bytes.ts';
import { WaslError } from './codes.ts';
import type { Digest } from './digest.ts';
import { AUTHORITY } from './ids.ts';
import { payloadSegment } from './jws.ts';
import { ENTITY_KINDS, type Entity, type EntityOf, entityKey, readRecord, recordDigest } from './registry.ts';

/** A record's text, wherever its reader keeps it. */
export interface RecordText {
  /** As it came. */
  read(): string;
}
/** `payload`: what its middle segment says, which a reader may keep a copy of instead; the room is used again for the next record. */
export type KeepText = (text: string, payload: Uint8Array) => RecordText;

/**
 * A record as its readers hold it, made from its text by `holdRecord` and by nothing else. All but `text` and `digest` was read in haste, to find it by: whoever takes a word of it takes it from
 * `entityOf`, which reads strictly, and a record that then says something else counts for nobody.
 */
export interface HeldRecord {
  readonly text: RecordText;
  readonly digest: Digest;
  /** The text up to its first dot. */
  readonly header: string;
  readonly kind: Entity['kind'] | undefined;
  readonly key: string;
  /** Of an agreement. */
  readonly parties:
    | { readonly requester: string; readonly provider: string; readonly documentType: string }
    | undefined;
  /** Of a document type and a status list. */
  readonly provider: string | undefined;
  /** Whether it is an officer's whose key was taken back. */
  readonly revoked: boolean;
}

type Loose = { readonly [name: string]: unknown } | null;

const loose = (bytes: Uint8Array): Loose => {
  const value: unknown = JSON.parse(viewOf(bytes).toString());
  return typeof value === 'object' ? (value as Loose) : null;
};
const hasty = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    // The last is what an object that is no text says when it is taken for one.
    if (error instanceof WaslError || error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
};
/** Decodes into room that it uses again: what it gave last is then gone. */
const makeHastyDecoder = (): ((segment: string) => Uint8Array) => {
  let held = room(16 * 1024);
  return (segment) => {
    if (held.length < segment.length) held = room(segment.length);
    return held.subarray(0, viewOf(held).write(segment, 0, 'base64url'));
  };
};
const payloadOf = makeHastyDecoder();
const within = makeHastyDecoder();

/** A copy that keeps nothing else: a slice keeps the text that it was cut from, what was put together its parts. */
const own = (text: string): string => Buffer.from(text).toString();

/** All records of one registry begin with the same header. */
let lately = '';
const headerOf = (text: string): string => {
  const header = text.slice(0, text.indexOf('.'));
  if (header !== lately) lately = own(header);
  return lately;
};

type Found = Pick<HeldRecord, 'kind' | 'key' | 'parties' | 'provider' | 'revoked'>;

/**
 * How a registry begins the records that it has most of, up to an agreement's terms, and ends a document type's; in bytes that are enough for it. A record that
 * is written otherwise is parsed.
 */
const BEGINS =
  /^\{"aud":"wasl","entity":\{"id":"([^"\\]*)","kind":"(?:document-type","provider":"([^"\\]*)",|agreement","signed":\{(?:"provider":"[^"\\]*",)?"requester":")/;
const BEGINNING = 1_024;
const ENDS = /,"version":(\d+)\}\}$/;
const ENDING = 32;

const findMost = (payload: Uint8Array): Found | undefined => {
  const json = viewOf(payload);
  const [start, letters, provider] = BEGINS.exec(json.toString('latin1', 0, BEGINNING)) ?? [];
  if (start === undefined || letters === undefined) return undefined;
  const id = Buffer.from(letters, 'latin1').toString();
  if (provider === undefined) {
    return agreement(id, json.toString('latin1', start.length, json.indexOf('"', start.length)));
  }
  const [, version] = ENDS.exec(json.toString('latin1', Math.max(0, json.length - ENDING))) ?? [];
  if (version === undefined) return undefined;
  const key = own(`document-type/${id}/${version}`);
  return { kind: 'document-type', key, parties: undefined, provider: own(provider), revoked: false };
};
const agreement = (id: unknown, terms: string): Found => ({
  kind: 'agreement',
  key: own(`agreement/${id}`),
  parties: hasty(() => partiesOf(within(payloadSegment(terms)))),
  provider: undefined,
  revoked: false,
});

/** Terms that an agreement may have name each of these in one place. */
const PARTIES = [
  /"requester":"([^"\\]*)"/,
  /"provider":"([^"\\]*)"/,
  /"documentType":"([^"\\]*)"/,
  /"documentVersion":(\d+)/,
];
const partiesOf = (terms: Uint8Array): HeldRecord['parties'] => {
  const json = viewOf(terms).toString('latin1');
  const plain = PARTIES.map((name) => name.exec(json)?.[1]);
  const parsed = plain.includes(undefined) ? loose(terms) : undefined;
  if (parsed === null) return undefined;
  const [requester, provider, documentType, documentVersion] =
    parsed === undefined ? plain : [parsed.requester, parsed.provider, parsed.documentType, parsed.documentVersion];
  return {
    requester: own(String(requester)),
    provider: own(String(provider)),
    documentType: own(`${documentType}/${documentVersion}`),
  };
};

const find = (payload: Uint8Array): Found | undefined => {
  const entity = loose(payload)?.entity as Entity | null | undefined;
  if (!(ENTITY_KINDS as readonly unknown[]).includes(entity?.kind)) return undefined;
  const known = entity as Entity;
  if (known.kind === 'agreement') return agreement(known.id, String(known.signed?.requester));
  const provided = known.kind === 'document-type' || known.kind === 'status-list';
  return {
    kind: known.kind,
    key: own(entityKey(known)),
    parties: undefined,
    provider: provided ? String(known.provider) : undefined,
    revoked: known.kind === 'officer' && known.revocation !== undefined,
  };
};

const inMemory: KeepText = (text) => ({ read: () => text });

/** Reads in haste, and verifies nothing; also what cannot be read is held, so that it is counted. */
export const holdRecord = (text: string, keep: KeepText = inMemory): HeldRecord => {
  const digest = recordDigest(text);
  const payload = payloadOf(payloadSegment(text));
  const { kind, key, parties, provider, revoked } = hasty(() => findMost(payload) ?? find(payload)) ?? {
    kind: undefined,
    key: digest,
    parties: undefined,
    provider: undefined,
    revoked: false,
  };
  return { text: keep(text, payload), digest, header: headerOf(text), kind, key, parties, provider, revoked };
};

/** What a record says, read strictly. Errors: `malformed-message` and its like; also when it says something else than was read in haste. */
export const entityOf = <K extends Entity['kind']>(record: HeldRecord, kind: K): EntityOf<K> => {
  const entity = readRecord(record.text.read());
  if (entity.kind !== kind || entityKey(entity) !== record.key) {
    throw new WaslError('malformed-message', { what: 'registry record' });
  }
  return entity as EntityOf<K>;
};

/** Of agreements that were sent to a kit: a change is to cost no reading of those that it leaves as they are. */
const leaning = new WeakMap<HeldRecord, readonly string[]>();

/** Keys of the officers' records that an agreement leans on; none of one that cannot be read. */
const officersOf = (record: HeldRecord, byKey: RecordIndex['byKey']): readonly string[] => {
  const known = leaning.get(record);
  if (known !== undefined) return known;
  // The key that the officer's own record holds anyway.
  const read = readOfficers(record).map((key) => byKey.get(key)?.key ?? key);
  leaning.set(record, read);
  return read;
};
const readOfficers = ({ text, parties }: HeldRecord): readonly string[] =>
  hasty(() => {
    const entity = loose(payloadOf(payloadSegment(text.read())))?.entity as unknown as EntityOf<'agreement'>;
    if (parties === undefined) return [];
    const by = (jws: string, issuer: unknown): string =>
      `officer/${issuer}/${loose(within(jws.split('.')[0] ?? ''))?.kid}`;
    const { signed, steps } = entity;
    return [
      by(signed.requester, parties.requester),
      ...(signed.provider === undefined ? [] : [by(signed.provider, parties.provider)]),
      ...steps.map((step) => by(step, loose(within(payloadSegment(step)))?.iss ?? AUTHORITY)),
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
    add(pairs as typeof kinds, own(pairOf(parties)), record);
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
        for (const officer of officersOf(record, byKey)) keys.add(officer);
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
