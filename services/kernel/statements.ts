import type { Digest } from './digest.ts';
import { readFields } from './fields.ts';
import {
  AGENCY_ID,
  type AgencyId,
  type BootId,
  CLAIM_NAME,
  type DocumentType,
  PURPOSE,
  parseAgencyId,
  parseBootId,
  parseDocumentType,
  parseRequestId,
  type RequestId,
} from './ids.ts';
import type { Thumbprint } from './keys.ts';
import type { JsonObject } from './strict-json.ts';

/** `typ` of each signed kind (RFC 7515 section 4.1.9, RFC 8725 section 3.11: explicit typing). A verifier accepts exactly one. */
export const TYP = {
  request: 'wasl-request+jwt',
  answer: 'wasl-answer+jwt',
  acknowledgement: 'wasl-acknowledgement+jwt',
  refusal: 'wasl-refusal+jwt',
  ticket: 'wasl-ticket+jwt',
  batch: 'wasl-batch+jwt',
  agreement: 'wasl-agreement+jwt',
  agreementStep: 'wasl-agreement-step+jwt',
  officer: 'wasl-officer+jwt',
  officerRevocation: 'wasl-officer-revocation+jwt',
  agencyKeys: 'wasl-agency-keys+jwt',
  keyRollover: 'wasl-key-rollover+jwt',
  keyRevocation: 'wasl-key-revocation+jwt',
  auditKeys: 'wasl-audit-keys+jwt',
  gatewayKeys: 'wasl-gateway-keys+jwt',
  registryKeys: 'wasl-registry-keys+jwt',
  registryRecord: 'wasl-registry-record+jwt',
  registryHead: 'wasl-registry-head+jwt',
  readiness: 'wasl-readiness+jwt',
  certificateRequest: 'wasl-certificate-request+jwt',
  credential: 'dc+sd-jwt',
  statusList: 'statuslist+jwt',
} as const;

export const DIGEST = /^sha-256:[A-Za-z0-9_-]{43}$/;
export const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;
const CODE = /^[a-z]+(-[a-z]+)*$/;

/** Where a journal stands: how many entries it holds and the digest of the last one (`null` while empty). */
export interface JournalHead {
  readonly size: number;
  readonly head: Digest | null;
}

const readJournalHead = (payload: ReturnType<typeof readFields>): JournalHead => {
  const fields = payload.fields('journal');
  const size = fields.count('size');
  const head = (fields.optionalText('head', DIGEST) ?? null) as Digest | null;
  fields.done();
  return { size, head };
};
const journalJson = (journal: JournalHead): JsonObject =>
  journal.head === null ? { size: journal.size } : { size: journal.size, head: journal.head };

/** The open part of a request, as signed by the requester (`aud` is the provider). Times are whole ms since the epoch. */
export interface RequestStatement {
  readonly id: RequestId;
  readonly requester: AgencyId;
  readonly provider: AgencyId;
  readonly documentType: DocumentType;
  readonly documentVersion: number;
  readonly purpose: string;
  /** Claims wanted, sorted, each once. */
  readonly claims: readonly string[];
  readonly issuedAtMs: number;
  readonly deadlineMs: number;
  /** RFC 7638 thumbprint of the key to which the document must be sealed. */
  readonly encryptionKey: Thumbprint;
  /** The gateway boot it is addressed to. */
  readonly boot: BootId;
  /** Digest of the private part's bytes. */
  readonly privatePart: Digest;
  readonly journal: JournalHead;
  readonly retryOf?: RequestId;
  /** The deferred request whose answer this one collects; its ticket stands in the private part. */
  readonly collects?: RequestId;
}

export const requestPayload = (request: RequestStatement): JsonObject => ({
  jti: request.id,
  iss: request.requester,
  aud: request.provider,
  documentType: request.documentType,
  documentVersion: request.documentVersion,
  purpose: request.purpose,
  claims: [...request.claims],
  issuedAtMs: request.issuedAtMs,
  deadlineMs: request.deadlineMs,
  encryptionKey: request.encryptionKey,
  boot: request.boot,
  privatePart: request.privatePart,
  journal: journalJson(request.journal),
  ...(request.retryOf === undefined ? {} : { retryOf: request.retryOf }),
  ...(request.collects === undefined ? {} : { collects: request.collects }),
});

/** Parses the payload of a `wasl-request+jwt`; anything off is `malformed-message`. */
export const parseRequest = (payload: JsonObject): RequestStatement => {
  const fields = readFields(payload, 'request');
  const claims = fields.texts('claims', CLAIM_NAME, 100);
  const retryOf = fields.optionalText('retryOf');
  const collects = fields.optionalText('collects');
  const request: RequestStatement = {
    id: parseRequestId(fields.text('jti')),
    requester: parseAgencyId(fields.text('iss', AGENCY_ID)),
    provider: parseAgencyId(fields.text('aud', AGENCY_ID)),
    documentType: parseDocumentType(fields.text('documentType')),
    documentVersion: fields.count('documentVersion'),
    purpose: fields.text('purpose', PURPOSE, 100),
    claims,
    issuedAtMs: fields.count('issuedAtMs'),
    deadlineMs: fields.count('deadlineMs'),
    encryptionKey: fields.text('encryptionKey', THUMBPRINT) as Thumbprint,
    boot: parseBootId(fields.text('boot')),
    privatePart: fields.text('privatePart', DIGEST) as Digest,
    journal: readJournalHead(fields),
    ...(retryOf === undefined ? {} : { retryOf: parseRequestId(retryOf) }),
    ...(collects === undefined ? {} : { collects: parseRequestId(collects) }),
  };
  fields.done();
  return request;
};

/** How the provider says an exchange ended. `delivered`, `not-found` and `deferred` count only in this statement. */
export const ANSWER_OUTCOMES = ['delivered', 'not-found', 'deferred', 'refused', 'unavailable'] as const;
export type AnswerOutcome = (typeof ANSWER_OUTCOMES)[number];

/** What the provider signs (`aud` is the requester). */
export interface AnswerStatement {
  readonly provider: AgencyId;
  readonly requester: AgencyId;
  readonly requestId: RequestId;
  /** Digest of the request's JWS text. */
  readonly request: Digest;
  /** Digest of the receipt text that came with the offer. */
  readonly receipt: Digest;
  readonly outcome: AnswerOutcome;
  /** Code of the table; present unless `delivered`. */
  readonly code?: string;
  /** Present when `deferred`: an opaque reference, no personal data. */
  readonly ticket?: string;
  /** Present when `unavailable`, and may be when `deferred`: ms after which to ask again. */
  readonly retryAfterMs?: number;
  /** Claims disclosed, sorted; empty unless `delivered`. */
  readonly claims: readonly string[];
  /** Digest of the sealed document's bytes, present when `delivered`. */
  readonly document?: Digest;
  readonly timeMs: number;
  readonly journal: JournalHead;
}

export const answerPayload = (answer: AnswerStatement): JsonObject => ({
  iss: answer.provider,
  aud: answer.requester,
  requestId: answer.requestId,
  request: answer.request,
  receipt: answer.receipt,
  outcome: answer.outcome,
  ...(answer.code === undefined ? {} : { code: answer.code }),
  ...(answer.ticket === undefined ? {} : { ticket: answer.ticket }),
  ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
  claims: [...answer.claims],
  ...(answer.document === undefined ? {} : { document: answer.document }),
  timeMs: answer.timeMs,
  journal: journalJson(answer.journal),
});

export const parseAnswer = (payload: JsonObject): AnswerStatement => {
  const fields = readFields(payload, 'answer');
  const code = fields.optionalText('code', CODE, 64);
  const ticket = fields.optionalText('ticket', undefined, 128);
  const document = fields.optionalText('document', DIGEST);
  const answer: AnswerStatement = {
    provider: parseAgencyId(fields.text('iss')),
    requester: parseAgencyId(fields.text('aud')),
    requestId: parseRequestId(fields.text('requestId')),
    request: fields.text('request', DIGEST) as Digest,
    receipt: fields.text('receipt', DIGEST) as Digest,
    outcome: fields.oneOf('outcome', ANSWER_OUTCOMES),
    ...(code === undefined ? {} : { code }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(fields.has('retryAfterMs') ? { retryAfterMs: fields.count('retryAfterMs') } : {}),
    claims: fields.texts('claims', CLAIM_NAME, 100),
    ...(document === undefined ? {} : { document: document as Digest }),
    timeMs: fields.count('timeMs'),
    journal: readJournalHead(fields),
  };
  fields.done();
  return answer;
};

/** Exchanges that one acknowledgement is about at most: its text stays below `MAX_STATEMENT_CHARACTERS`. */
export const ACKNOWLEDGED_AT_MOST = 50;

/** One delivered document. */
export interface HeldDocument {
  readonly requestId: RequestId;
  /** Digests of the request's and the answer's JWS text. */
  readonly request: Digest;
  readonly answer: Digest;
}

/** The requester's word that it opened, checked and journalled these documents of one provider (`aud`); 1 to `ACKNOWLEDGED_AT_MOST`, each once. */
export interface AcknowledgementStatement {
  readonly requester: AgencyId;
  readonly provider: AgencyId;
  readonly held: readonly HeldDocument[];
  readonly timeMs: number;
  readonly journal: JournalHead;
}

export const acknowledgementPayload = (statement: AcknowledgementStatement): JsonObject => ({
  iss: statement.requester,
  aud: statement.provider,
  held: statement.held.map(({ requestId, request, answer }) => ({ requestId, request, answer })),
  timeMs: statement.timeMs,
  journal: journalJson(statement.journal),
});

export const parseAcknowledgement = (payload: JsonObject): AcknowledgementStatement => {
  const fields = readFields(payload, 'acknowledgement');
  const statement: AcknowledgementStatement = {
    requester: parseAgencyId(fields.text('iss')),
    provider: parseAgencyId(fields.text('aud')),
    held: fields.list('held', ACKNOWLEDGED_AT_MOST, (item) => ({
      requestId: parseRequestId(item.text('requestId')),
      request: item.text('request', DIGEST) as Digest,
      answer: item.text('answer', DIGEST) as Digest,
    })),
    timeMs: fields.count('timeMs'),
    journal: readJournalHead(fields),
  };
  fields.done();
  return statement;
};

/** A gateway's signed word that it did not carry a request through (`iss` gateway id, `aud` requester). */
export interface RefusalStatement {
  readonly gateway: string;
  readonly requester: AgencyId;
  /** Digest of the request text as received, whatever it was. */
  readonly request: Digest;
  readonly outcome: 'refused' | 'unavailable';
  readonly code: string;
  /** Values for the sentence of that code; no personal data. */
  readonly params: Readonly<Record<string, string | number>>;
  readonly retryAfterMs?: number;
  readonly timeMs: number;
}

export const refusalPayload = (refusal: RefusalStatement): JsonObject => ({
  iss: refusal.gateway,
  aud: refusal.requester,
  request: refusal.request,
  outcome: refusal.outcome,
  code: refusal.code,
  params: { ...refusal.params },
  ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
  timeMs: refusal.timeMs,
});

export const parseRefusal = (payload: JsonObject): RefusalStatement => {
  const fields = readFields(payload, 'refusal');
  const given = fields.object('params');
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string' || typeof value === 'number') params[name] = value;
  }
  const refusal: RefusalStatement = {
    gateway: fields.text('iss'),
    requester: parseAgencyId(fields.text('aud')),
    request: fields.text('request', DIGEST) as Digest,
    outcome: fields.oneOf('outcome', ['refused', 'unavailable']),
    code: fields.text('code', CODE, 64),
    params,
    ...(fields.has('retryAfterMs') ? { retryAfterMs: fields.count('retryAfterMs') } : {}),
    timeMs: fields.count('timeMs'),
  };
  fields.done();
  return refusal;
};
