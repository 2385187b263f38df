import { WaslError } from './codes.ts';
import { type HeldRecord, ownString, readOfficers } from './copy-records.ts';
import type { Entity } from './registry.ts';

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

/** Of agreements that were sent to a kit: a change is to cost no reading of those that it leaves as they are. */
const leaning = new WeakMap<HeldRecord, readonly string[]>();

const officersOf = (record: HeldRecord, byKey: RecordIndex['byKey']): readonly string[] => {
  const known = leaning.get(record);
  if (known !== undefined) return known;
  // The key that the officer's own record holds anyway.
  const read = readOfficers(record).map((key) => byKey.get(key)?.key ?? key);
  leaning.set(record, read);
  return read;
};
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
    add(pairs as typeof kinds, ownString(pairOf(parties)), record);
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
