import { LIMITS, makeBudget } from '../../services/gateway/domain/budget.ts';
import { makeExchange } from '../../services/gateway/domain/exchange.ts';
import type { Evidence, OfferEnd, Offered, ProviderReply, Slot } from '../../services/gateway/domain/ports.ts';
import { makeQuota } from '../../services/gateway/domain/quota.ts';
import { makeRefusalLimit } from '../../services/gateway/domain/refusal-limit.ts';
import { makeRefuse } from '../../services/gateway/domain/refuse.ts';
import { makeReplay } from '../../services/gateway/domain/replay.ts';
import type { Agreement } from '../../services/kernel/agreement.ts';
import { utf8 } from '../../services/kernel/bytes.ts';
import { WaslError } from '../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { agencyAt } from '../../services/kernel/copy-agency.ts';
import type { StandingAgreement } from '../../services/kernel/decide.ts';
import { digestOf } from '../../services/kernel/digest.ts';
import type { EntryBody } from '../../services/kernel/evidence.ts';
import {
  parseAgencyId,
  parseBootId,
  parseDocumentType,
  parseGatewayId,
  parseRequestId,
  uuidV7,
} from '../../services/kernel/ids.ts';
import { sealPrivate } from '../../services/kernel/jwe.ts';
import { signJws } from '../../services/kernel/jws.ts';
import { type Thumbprint, thumbprint } from '../../services/kernel/keys.ts';
import {
  type AnswerStatement,
  answerPayload,
  type RequestStatement,
  requestPayload,
  TYP,
} from '../../services/kernel/statements.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../../services/platform/crypto/index.ts';

export const START = Date.parse('2026-03-01T09:00:00Z');
export const party = (id: string) => ({
  id: parseAgencyId(id),
  signer: signerFromJwk(generateSigningKey()),
  opener: openerFromJwk(generateEncryptionKey()),
});
export const asker = party('transport');
export const provider = party('civil-status');
export const stranger = party('health');
export const auditKey = openerFromJwk(generateEncryptionKey());
export const gatewayKey = signerFromJwk(generateSigningKey());
export const gateway = parseGatewayId('gw-1');
export const boot = parseBootId(uuidV7(START, primitives.random(10)));
export const documentType = parseDocumentType('civil-status.personal-extract');

const terms = (changes: Partial<Agreement> = {}): Agreement => ({
  id: 'a1',
  version: 1,
  requester: asker.id,
  provider: provider.id,
  documentType,
  documentVersion: 1,
  purposes: [{ purpose: 'issue-driving-licence', title: { en: 'Issue', ar: 'إصدار' } }],
  legalBasis: { en: 'Law', ar: 'قانون' },
  claims: ['birthDate', 'fullName'],
  quotaPerDay: 100,
  timeZone: 'Asia/Amman',
  fromMs: START - 1000,
  untilMs: START + 86_400_000,
  retentionDays: 30,
  visibility: { kind: 'at-once' },
  pins: {
    requesterRecovery: asker.signer.thumbprint,
    providerRecovery: provider.signer.thumbprint,
    authority: 'x' as Thumbprint,
    audit: 'x' as Thumbprint,
    schema: digestOf(utf8('x')),
  },
  ...changes,
});

/** One gateway with everything around it in memory: evidence that can fail in two ways, and one replica that does what the test says. */
export const world = ({ outcomeBytes = LIMITS.outcomeBytes } = {}) => {
  let nowMs = START;
  const standing = (changes: Partial<Agreement>, suspendedBy: readonly string[]): StandingAgreement => ({
    terms: terms(changes),
    digest: digestOf(utf8('a1')),
    status: suspendedBy.length === 0 ? 'active' : 'suspended',
    suspendedBy,
    steps: [],
  });
  let agreement = standing({}, []);
  const entries: EntryBody[] = [];
  const offers: Offered[] = [];
  const told: string[] = [];
  let evidenceFails: 'never' | 'persisted' | 'not-persisted' = 'never';
  let failAt: EntryBody['kind'] | undefined;
  let connected: 'ready' | 'provider-not-connected' | 'provider-busy' = 'ready';
  let released = 0;
  let givenBack = 0;
  let answer: (offered: Offered) => Promise<OfferEnd> = async () => ({ kind: 'lost' });
  let places = makeBudget({ inAll: 100, ofOne: 100 });
  let late: ((reply: ProviderReply) => void) | undefined;

  const evidence: Evidence = {
    record: async (body) => {
      const fails = evidenceFails !== 'never' && (failAt === undefined || failAt === body.kind);
      if (!fails || evidenceFails === 'persisted') entries.push(body);
      if (fails) throw new WaslError('evidence-unavailable');
      return `receipt-${entries.length}`;
    },
  };
  const slot: Slot = {
    release: () => {
      released += 1;
    },
    offer: async (offered, _signal, onLate) => {
      offers.push(offered);
      late = onLate;
      return answer(offered);
    },
  };
  const agency = ({ id, signer, opener }: typeof asker) => {
    const period = { signing: signer.publicJwk, encryption: opener.publicJwk, fromMs: 0 };
    const none = { rollovers: [], revoked: new Map(), undone: new Map() };
    const history = { agency: id, recovery: signer.thumbprint, periods: [period] as const, ...none };
    return agencyAt({ id, name: { en: id, ar: id }, status: 'active', history }, nowMs);
  };
  const agencies = [asker, provider, stranger].map(agency);
  const type = {
    kind: 'document-type' as const,
    id: documentType,
    version: 1,
    provider: provider.id,
    title: { en: 't', ar: 't' },
    schema: {},
    schemaDigest: digestOf(utf8('x')),
  };
  const copy = (): RegistryCopy => ({
    version: 1,
    timeMs: nowMs,
    audit: auditKey.publicJwk,
    agency: (id) => agencies.find((candidate) => candidate.id === id),
    gateway: () => gatewayKey.publicJwk,
    documentType: (id, version) => (id === type.id && version === 1 ? type : undefined),
    documentTypes: () => [type],
    agencies: () => agencies,
    between: async () => [agreement],
    agreements: async () => [agreement],
    relevantTo: () => [],
    statusLists: [],
    problems: [],
  });
  const now = () => nowMs;
  const limit = makeRefusalLimit(now);
  const exchange = makeExchange({
    primitives,
    boot,
    copy,
    freshnessMs: 3_600_000,
    evidence,
    providers: { reserve: () => (connected === 'ready' ? slot : connected) },
    quota: makeQuota(now),
    replay: makeReplay({ elapsedMs: now, outcomeBytes }),
    places: { take: (names, amount) => places.take(names, amount), held: () => places.held() },
    documents: makeBudget({ inAll: 1_000, ofOne: 1_000 }),
    refuse: makeRefuse({ evidence, limit, signer: gatewayKey, gateway, now }),
    now,
  });
  return {
    exchange,
    /** A call that is over as soon as it is answered. */
    over: Promise.resolve(),
    limit1Place: () => {
      places = makeBudget({ inAll: 10, ofOne: 1 });
    },
    entries,
    offers,
    told,
    limit,
    late: () => late,
    released: () => released,
    givenBack: () => givenBack,
    advance: (ms: number) => {
      nowMs += ms;
    },
    agree: (changes: Partial<Agreement>, suspendedBy: readonly string[] = []) => {
      agreement = standing(changes, suspendedBy);
    },
    failEvidence: (how: 'persisted' | 'not-persisted', at?: EntryBody['kind']) => {
      evidenceFails = how;
      failAt = at;
    },
    connect: (how: typeof connected) => {
      connected = how;
    },
    answerWith: (make: (offered: Offered) => Promise<OfferEnd>) => {
      answer = make;
    },
    reply: (statement: string, sealedDocument: Uint8Array = new Uint8Array()): ProviderReply => ({
      statement,
      sealedDocument,
      recorded: (receipt) => told.push(`recorded ${receipt}`),
      declined: (code) => told.push(`declined ${code}`),
      release: () => {
        givenBack += 1;
      },
    }),
  };
};
export type World = ReturnType<typeof world>;

export const request = async (
  changes: Partial<RequestStatement> = {},
  by = asker,
): Promise<{ statement: string; privatePart: Uint8Array }> => {
  const privatePart = sealPrivate(
    primitives,
    { provider: provider.opener.publicJwk, audit: auditKey.publicJwk },
    { subject: { scheme: 'jo:national-number', value: '0009990001' } },
  );
  const statement: RequestStatement = {
    id: parseRequestId(uuidV7(START, primitives.random(10))),
    requester: asker.id,
    provider: provider.id,
    documentType,
    documentVersion: 1,
    purpose: 'issue-driving-licence',
    claims: ['fullName'],
    issuedAtMs: START,
    deadlineMs: START + 5_000,
    encryptionKey: thumbprint(asker.opener.publicJwk),
    boot,
    privatePart: digestOf(privatePart),
    journal: { size: 0, head: null },
    ...changes,
  };
  return { statement: await signJws(by.signer, TYP.request, requestPayload(statement)), privatePart };
};

export const answerTo = async (
  offered: Offered,
  changes: Partial<AnswerStatement> = {},
  by = provider,
): Promise<string> => {
  const statement: AnswerStatement = {
    provider: provider.id,
    requester: asker.id,
    requestId: offered.requestId,
    request: digestOf(utf8(offered.statement)),
    receipt: digestOf(utf8(offered.requestedReceipt)),
    outcome: 'delivered',
    claims: ['fullName'],
    document: digestOf(utf8('sealed')),
    timeMs: START,
    journal: { size: 0, head: null },
    ...changes,
  };
  return signJws(by.signer, TYP.answer, answerPayload(statement));
};
