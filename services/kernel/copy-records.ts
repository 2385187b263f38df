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
    // The last two are what an object that is no text says when it is taken for one, and a list of lists of lists that is too deep for it.
    const unread = [WaslError, SyntaxError, TypeError, RangeError].some((kind) => error instanceof kind);
    if (unread) return undefined;
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
export const ownString = (text: string): string => Buffer.from(text).toString();

/** All records of one registry begin with the same header. */
let lately = '';
const headerOf = (text: string): string => {
  const header = text.slice(0, text.indexOf('.'));
  if (header !== lately) lately = ownString(header);
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
  const key = ownString(`document-type/${id}/${version}`);
  return { kind: 'document-type', key, parties: undefined, provider: ownString(provider), revoked: false };
};
const agreement = (id: unknown, terms: string): Found => ({
  kind: 'agreement',
  key: ownString(`agreement/${id}`),
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
    requester: ownString(String(requester)),
    provider: ownString(String(provider)),
    documentType: ownString(`${documentType}/${documentVersion}`),
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
    key: ownString(entityKey(known)),
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

/** Keys of the officers' records that an agreement leans on; none of one that cannot be read. */
export const readOfficers = ({ text, parties }: HeldRecord): readonly string[] =>
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
