import { canonicalJson } from './canonical.ts';
import { type Code, WaslError } from './codes.ts';
import type { HeldAgency } from './copy-agency.ts';
import type { DocumentTypeView } from './copy-agreement.ts';
import type { RecordIndex } from './copy-index.ts';
import { type CopyMemory, rememberKeys } from './copy-memory.ts';
import { entityOf, type HeldRecord } from './copy-records.ts';
import type { StandingAgreement } from './decide.ts';
import { type Digest, digestOfText } from './digest.ts';
import { verifyKeyHistory } from './key-history.ts';
import { verifyAuditKeys, verifyGatewayKeys } from './key-statements.ts';
import type { EcPublicJwk, OkpPublicJwk, Primitives, Thumbprint } from './keys.ts';
import type { EntityOf } from './registry.ts';
import type { JsonObject } from './strict-json.ts';

/** What was read of records, which does not change while the records do not. */
export type Views = WeakMap<HeldRecord, HeldAgency | DocumentTypeView | EcPublicJwk>;

/** Records of one state as they are taken into a copy: a bad one is left out, and named. */
export interface Taking {
  readonly index: RecordIndex;
  readonly views: Views;
  readonly problems: { what: string; code: Code }[];
  take<T>(what: string, take: () => Promise<T> | T): Promise<T | undefined>;
}

export const newTaking = (index: RecordIndex, views: Views): Taking => {
  const problems: Taking['problems'] = index
    .ofKind(undefined)
    .map(({ key }) => ({ what: key, code: 'malformed-message' }));
  return {
    index,
    views,
    problems,
    take: async (what, take) => {
      try {
        return await take();
      } catch (error) {
        if (!(error instanceof WaslError)) throw error;
        problems.push({ what, code: error.code });
        return undefined;
      }
    },
  };
};

const viewed = async <T extends HeldAgency | EcPublicJwk>(
  views: Views,
  record: HeldRecord,
  view: () => Promise<T>,
): Promise<T> => {
  const held = (views.get(record) as T | undefined) ?? (await view());
  views.set(record, held);
  return held;
};

/** Error: `pin-mismatch` where there is none. */
export const takeAudit = async (
  { index, take }: Taking,
  primitives: Primitives,
  root: Thumbprint,
): Promise<OkpPublicJwk> => {
  let audit: OkpPublicJwk | undefined;
  for (const record of index.ofKind('audit')) {
    audit = (await take(record.key, () => verifyAuditKeys(primitives, entityOf(record, 'audit').keys, root))) ?? audit;
  }
  if (audit === undefined) throw new WaslError('pin-mismatch');
  return audit;
};

export const takeGateways = async (
  { index, views, take }: Taking,
  primitives: Primitives,
  authority: Thumbprint,
): Promise<ReadonlyMap<string, EcPublicJwk>> => {
  const gateways = new Map<string, EcPublicJwk>();
  for (const record of index.ofKind('gateway')) {
    await take(record.key, async () => {
      const { id, keys } = entityOf(record, 'gateway');
      const key = await viewed(views, record, async () => {
        const named = await verifyGatewayKeys(primitives, keys, authority);
        if (named.gateway !== id) throw new WaslError('pin-mismatch');
        return named.key;
      });
      gateways.set(id, key);
    });
  }
  return gateways;
};

export const takeAgencies = async (
  { index, views, take }: Taking,
  memory: CopyMemory,
  authority: Thumbprint,
): Promise<Map<string, HeldAgency>> => {
  const agencies = new Map<string, HeldAgency>();
  const takeOne = async (record: HeldRecord): Promise<void> => {
    const held = await viewed(views, record, async () => {
      const { id, name, status, ...texts } = entityOf(record, 'agency');
      const history = await verifyKeyHistory(memory.primitives, texts, authority);
      if (history.agency !== id) throw new WaslError('pin-mismatch');
      return { id, name, status, history };
    });
    rememberKeys(memory, held.history);
    agencies.set(held.id, held);
  };
  await Promise.all(index.ofKind('agency').map((record) => take(record.key, () => takeOne(record))));
  return agencies;
};

/** Digest by which an agreement pins a schema: over its canonical JSON. */
export const schemaDigest = (schema: JsonObject): Digest => digestOfText(canonicalJson(schema));

/** Document types by `id/version`: each is read when it is first asked for, and left out when it cannot be. */
export interface DocumentTypes {
  readonly held: Map<string, HeldRecord>;
  of(name: string): DocumentTypeView | undefined;
}

export const documentTypesIn = ({ index, views, problems }: Taking): DocumentTypes => {
  const held = new Map(
    index.ofKind('document-type').map((record) => [record.key.slice('document-type/'.length), record]),
  );
  const view = (record: HeldRecord): DocumentTypeView => {
    const { id, version, provider, title, schema } = entityOf(record, 'document-type');
    const made = { id, version, provider, title, schema, schemaDigest: schemaDigest(schema) };
    views.set(record, made);
    return made;
  };
  return {
    held,
    of: (name) => {
      const record = held.get(name);
      if (record === undefined) return undefined;
      try {
        return (views.get(record) as DocumentTypeView | undefined) ?? view(record);
      } catch (error) {
        if (!(error instanceof WaslError)) throw error;
        held.delete(name);
        problems.push({ what: record.key, code: error.code });
        return undefined;
      }
    },
  };
};

/** Agreements, each verified when it is first asked for: what does not verify is left out. A list of records that is asked for again costs nothing. */
export const standingsIn = (
  { take }: Taking,
  verify: (agreement: EntityOf<'agreement'>) => Promise<StandingAgreement>,
): ((records: readonly HeldRecord[]) => Promise<readonly StandingAgreement[]>) => {
  const verified = new Map<HeldRecord, Promise<StandingAgreement | undefined>>();
  const standing = (record: HeldRecord): Promise<StandingAgreement | undefined> => {
    const held = verified.get(record) ?? take(record.key, () => verify(entityOf(record, 'agreement')));
    verified.set(record, held);
    return held;
  };
  const asked = new Map<readonly HeldRecord[], Promise<readonly StandingAgreement[]>>();
  const all = async (records: readonly HeldRecord[]): Promise<readonly StandingAgreement[]> =>
    (await Promise.all(records.map(standing))).filter((agreement) => agreement !== undefined);
  return (records) => {
    const held = asked.get(records) ?? all(records);
    asked.set(records, held);
    return held;
  };
};
