import { utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { WaslError } from './codes.ts';
import { type Digest, digestOf } from './digest.ts';
import { isObject, readFields } from './fields.ts';
import {
  type AgencyId,
  type BootId,
  type GatewayId,
  parseAgencyId,
  parseBootId,
  parseGatewayId,
  parseRequestId,
  type RequestId,
} from './ids.ts';
import { ACKNOWLEDGED_AT_MOST, ANSWER_OUTCOMES, type AnswerOutcome, DIGEST } from './statements.ts';
import { type JsonObject, parseStrictJson } from './strict-json.ts';

/** What an entry says happened. Digests, codes and ids; no personal data. */
export type EntryBody =
  | { readonly kind: 'opened'; readonly origin: string }
  | {
      readonly kind: 'requested';
      readonly requestId: RequestId;
      readonly request: Digest;
      readonly privatePart: Digest;
      readonly requester: AgencyId;
      readonly provider: AgencyId;
      readonly documentType: string;
      readonly purpose: string;
      readonly claims: readonly string[];
      readonly agreement: string;
      readonly agreementDigest: Digest;
      /** The deferred request whose answer this one collects. */
      readonly collects?: RequestId;
    }
  | {
      readonly kind: 'refused';
      /** Absent when the bytes could not be read as a request. */
      readonly requestId?: RequestId;
      readonly request: Digest;
      /** The authenticated peer: whose certificate it was. */
      readonly requester: AgencyId;
      readonly provider?: AgencyId;
      readonly documentType?: string;
      readonly purpose?: string;
      readonly code: string;
    }
  | {
      readonly kind: 'refusals';
      readonly requester: AgencyId;
      readonly count: number;
      readonly codes: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'answered';
      readonly requestId: RequestId;
      readonly request: Digest;
      /** Digest of the answer's JWS text; absent when the gateway itself ended the request without one. */
      readonly answer?: Digest;
      readonly requester: AgencyId;
      readonly provider: AgencyId;
      readonly outcome: AnswerOutcome;
      readonly code?: string;
      readonly document?: Digest;
      /** True when the answer came after the deadline and was dropped. */
      readonly late?: true;
    }
  | {
      /** One acknowledgement, and which deliveries it ended; one or more. */
      readonly kind: 'received';
      readonly acknowledgement: Digest;
      readonly requester: AgencyId;
      readonly provider: AgencyId;
      readonly deliveries: readonly { readonly requestId: RequestId; readonly request: Digest }[];
    }
  | { readonly kind: 'closed' };

export type EntryKind = EntryBody['kind'];

/** The requests that an entry is about; none for those of a boot, of counted refusals and of bytes that could not be read. */
export const requestsOf = (body: EntryBody): readonly string[] => {
  if (body.kind === 'received') return body.deliveries.map(({ requestId }) => requestId);
  return 'requestId' in body && body.requestId !== undefined ? [body.requestId] : [];
};

/** One entry of a gateway boot's chain. Its canonical bytes are the leaf. */
export interface Entry {
  readonly gateway: GatewayId;
  readonly boot: BootId;
  /** From 0, without gaps. */
  readonly sequence: number;
  /** Digest of the previous entry's bytes; null for the first. */
  readonly previous: Digest | null;
  readonly timeMs: number;
  readonly body: EntryBody;
}

/** An entry as it is written: its canonical text, the bytes of that, and their digest. */
export interface WrittenEntry {
  readonly entry: Entry;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

export const writeEntry = (entry: Entry): WrittenEntry => {
  const text = canonicalJson({
    gateway: entry.gateway,
    boot: entry.boot,
    sequence: entry.sequence,
    ...(entry.previous === null ? {} : { previous: entry.previous }),
    timeMs: entry.timeMs,
    body: entry.body as unknown as JsonObject,
  });
  const bytes = utf8(text);
  return { entry, text, bytes, digest: entryDigest(bytes) };
};

export const entryDigest = (bytes: Uint8Array): Digest => digestOf(bytes);

/** Parses an entry's bytes strictly; `malformed-message` otherwise, also when they are not the canonical form. */
export const parseEntry = (bytes: Uint8Array): Entry => {
  const value = parseStrictJson(bytes);
  if (!isObject(value)) throw new WaslError('malformed-message', { what: 'entry' });
  const fields = readFields(value, 'entry');
  const entry: Entry = {
    gateway: parseGatewayId(fields.text('gateway')),
    boot: parseBootId(fields.text('boot')),
    sequence: fields.count('sequence'),
    previous: (fields.optionalText('previous', DIGEST) ?? null) as Digest | null,
    timeMs: fields.count('timeMs'),
    body: parseBody(fields.object('body')),
  };
  fields.done();
  return entry;
};

const parseBody = (body: JsonObject): EntryBody => {
  const f = readFields(body, 'entry.body');
  const parsed = parseKind(f);
  f.done();
  return parsed;
};

type F = ReturnType<typeof readFields>;
const KINDS = ['opened', 'requested', 'refused', 'refusals', 'answered', 'received', 'closed'] as const;
const digest = (f: F, name: string): Digest => f.text(name, DIGEST) as Digest;
const agency = (f: F, name: string): AgencyId => parseAgencyId(f.text(name));
const when = <K extends string, V>(f: F, name: K, read: () => V): { [P in K]?: V } =>
  (f.has(name) ? { [name]: read() } : {}) as { [P in K]?: V };

const parseKind = (f: F): EntryBody => {
  const kind = f.oneOf('kind', KINDS);
  switch (kind) {
    case 'opened':
      return { kind, origin: f.text('origin') };
    case 'closed':
      return { kind };
    case 'requested':
      return {
        kind,
        requestId: parseRequestId(f.text('requestId')),
        request: digest(f, 'request'),
        privatePart: digest(f, 'privatePart'),
        requester: agency(f, 'requester'),
        provider: agency(f, 'provider'),
        documentType: f.text('documentType'),
        purpose: f.text('purpose'),
        claims: f.texts('claims'),
        agreement: f.text('agreement'),
        agreementDigest: digest(f, 'agreementDigest'),
        ...when(f, 'collects', () => parseRequestId(f.text('collects'))),
      };
    case 'refused':
      return {
        kind,
        ...when(f, 'requestId', () => parseRequestId(f.text('requestId'))),
        request: digest(f, 'request'),
        requester: agency(f, 'requester'),
        ...when(f, 'provider', () => agency(f, 'provider')),
        ...when(f, 'documentType', () => f.text('documentType')),
        ...when(f, 'purpose', () => f.text('purpose')),
        code: f.text('code'),
      };
    case 'refusals': {
      const codes = f.object('codes');
      const counted: Record<string, number> = {};
      for (const [code, count] of Object.entries(codes)) if (typeof count === 'number') counted[code] = count;
      return { kind, requester: agency(f, 'requester'), count: f.count('count'), codes: counted };
    }
    case 'answered':
      return {
        kind,
        requestId: parseRequestId(f.text('requestId')),
        request: digest(f, 'request'),
        ...when(f, 'answer', () => digest(f, 'answer')),
        requester: agency(f, 'requester'),
        provider: agency(f, 'provider'),
        outcome: f.oneOf('outcome', ANSWER_OUTCOMES),
        ...when(f, 'code', () => f.text('code')),
        ...when(f, 'document', () => digest(f, 'document')),
        ...(f.has('late') && f.flag('late') ? { late: true as const } : {}),
      };
    case 'received':
      return {
        kind,
        acknowledgement: digest(f, 'acknowledgement'),
        requester: agency(f, 'requester'),
        provider: agency(f, 'provider'),
        deliveries: f.list('deliveries', ACKNOWLEDGED_AT_MOST, (item) => ({
          requestId: parseRequestId(item.text('requestId')),
          request: digest(item, 'request'),
        })),
      };
  }
};
