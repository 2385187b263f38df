import { unlessRefused } from '../../kernel/codes.ts';
import { type Decision, decide, knownIn, type StandingAgreement } from '../../kernel/decide.ts';
import { type Digest, digestOfText } from '../../kernel/digest.ts';
import type { BootId } from '../../kernel/ids.ts';
import type { Primitives } from '../../kernel/keys.ts';
import type { AnswerStatement, RequestStatement } from '../../kernel/statements.ts';
import type { Budget } from './budget.ts';
import { checkAnswer } from './check-answer.ts';
import { checkRequest } from './check-request.ts';
import type {
  Asked,
  Evidence,
  Exchanged,
  HoldCopy,
  OfferEnd,
  ProviderReply,
  Providers,
  Refused,
  Slot,
} from './ports.ts';
import type { Quota } from './quota.ts';
import type { Refuse } from './refuse.ts';
import type { Replay } from './replay.ts';

export interface ExchangeParts {
  readonly primitives: Primitives;
  readonly boot: BootId;
  readonly copy: HoldCopy;
  /** A copy whose head is older than this decides nothing any more, ms. */
  readonly freshnessMs: number;
  readonly evidence: Evidence;
  readonly providers: Providers;
  readonly quota: Quota;
  readonly replay: Replay;
  /** Places for requests, held until the requester's call is over. */
  readonly places: Budget;
  /** Bytes of documents on their way. */
  readonly documents: Budget;
  readonly refuse: Refuse;
  readonly now: () => number;
}

export type Exchange = (asked: Asked) => Promise<Exchanged>;

const BUSY_RETRY_MS = 1_000;
const ABSENT_RETRY_MS = 5_000;
const BUSY: Refused = { code: 'gateway-busy', params: {}, retryAfterMs: BUSY_RETRY_MS };

/** The life of a request at the gateway (design, section 3). Every end of it is a value; it rejects only for what is nobody's plan. */
export const makeExchange = (parts: ExchangeParts): Exchange => {
  const { primitives, boot, copy: holdCopy, evidence, providers, quota, replay, refuse, now } = parts;

  return async (asked) => {
    const place = parts.places.take([asked.peer], 1);
    if (place === undefined) return refuse({ peer: asked.peer, requestDigest: digestOfText(asked.statement) }, BUSY);
    const held = [place];
    const work = run(asked, held);
    void Promise.allSettled([work, asked.over]).then(() => {
      for (const giveBack of held) giveBack();
    });
    return work;
  };

  async function run(asked: Asked, held: (() => void)[]): Promise<Exchanged> {
    const requestDigest = digestOfText(asked.statement);
    const unread = { peer: asked.peer, requestDigest };
    const copy = holdCopy();
    if (copy === undefined) return refuse(unread, { code: 'registry-unavailable', params: {} });
    if (copy.timeMs < now() - parts.freshnessMs) return refuse(unread, { code: 'registry-stale', params: {} });

    const checked = await checkRequest(primitives, asked, { copy, boot, nowMs: now() });
    if (checked.kind === 'bad') {
      const { code, params, request } = checked;
      return refuse({ ...unread, ...(request === undefined ? {} : { request }) }, { code, params });
    }
    const { request } = checked;
    const of = { ...unread, request };

    const begun = replay.begin(request, requestDigest);
    if (begun.kind === 'other') return refuse(of, { code: 'request-replayed', params: {} });
    if (begun.kind === 'spent') return refuse(of, { code: 'outcome-not-kept', params: {} });
    if (begun.kind === 'same') return again(begun.outcome);
    const outcome = carry();
    begun.conclude(outcome);
    return outcome;

    /** Each call that the first outcome goes out on holds its document anew. */
    async function again(first: Promise<Exchanged>): Promise<Exchanged> {
      const ended = await first;
      if (ended.kind === 'refusal') return ended;
      const room = parts.documents.take([asked.peer], ended.sealedDocument.length);
      if (room === undefined) return refuse(of, BUSY);
      held.push(room);
      return ended;
    }

    async function carry(): Promise<Exchanged> {
      const agreements = (await copy?.between(request)) ?? [];
      // From here to the count without a pause: requests in flight together cannot pass the quota together.
      const decision = decideBy(copy, agreements, request, quota.usedToday);
      if (decision.kind === 'refused') return refuse(of, decision);
      const slot = providers.reserve(request.provider, request.documentType);
      if (typeof slot === 'string') {
        const retryAfterMs = slot === 'provider-busy' ? BUSY_RETRY_MS : ABSENT_RETRY_MS;
        return refuse(of, { code: slot, params: { provider: request.provider }, retryAfterMs });
      }

      // Counted before it is recorded, so that requests in flight together cannot pass the quota together. A crash forgets the count and
      // the next start reads it again from the evidence.
      quota.count(decision.agreement.terms.id, now());
      // COMMIT POINT 1. A crash before this leaves nothing, and nobody was asked. A crash after it leaves a request without an answer,
      // which the trace shows as unanswered; the provider may or may not have heard of it.
      const requestedReceipt = await recordRequested(asked, request, requestDigest, decision.agreement).catch(
        () => undefined,
      );
      if (requestedReceipt === undefined) {
        slot.release();
        return refuse(of, { code: 'evidence-unavailable', params: {}, retryAfterMs: BUSY_RETRY_MS });
      }

      const accepted = { ...of, requestedReceipt };
      // No longer than was asked for, whatever happens to the clock meanwhile.
      const remainingMs = Math.min(request.deadlineMs - now(), request.deadlineMs - request.issuedAtMs);
      const end: OfferEnd =
        remainingMs <= 0
          ? expireUnasked(slot)
          : await slot.offer(
              {
                requestId: request.id,
                requester: asked.peer,
                statement: asked.statement,
                privatePart: asked.privatePart,
                requestedReceipt,
                ...(asked.traceparent === undefined ? {} : { traceparent: asked.traceparent }),
              },
              remainingMs,
              (reply) =>
                void conclude(accepted, reply, true)
                  .catch(() => undefined)
                  .finally(reply.release),
            );
      if (end.kind === 'lost')
        return refuse(accepted, { code: 'provider-lost', params: {}, retryAfterMs: BUSY_RETRY_MS });
      if (end.kind === 'busy') return refuse(accepted, BUSY);
      if (end.kind === 'reply') {
        held.push(end.reply.release);
        return conclude(accepted, end.reply, false);
      }
      return refuse(accepted, { code: 'deadline-exceeded', params: {} });
    }
  }

  function recordRequested(
    asked: Asked,
    request: RequestStatement,
    requestDigest: Digest,
    { terms, digest }: StandingAgreement,
  ): Promise<string> {
    const { id: requestId, privatePart, requester, provider, documentType, purpose, claims, collects } = request;
    return evidence.record(
      {
        kind: 'requested',
        requestId,
        request: requestDigest,
        privatePart,
        requester,
        provider,
        documentType,
        purpose,
        claims,
        agreement: terms.id,
        agreementDigest: digest,
        ...(collects === undefined ? {} : { collects }),
      },
      { statement: asked.statement, privatePart: asked.privatePart },
    );
  }

  /** Takes a provider's reply to its end. A late one is recorded and dropped: its requester has been told `deadline-exceeded`. */
  async function conclude(
    accepted: {
      readonly peer: RequestStatement['requester'];
      readonly request: RequestStatement;
      readonly requestDigest: Digest;
      readonly requestedReceipt: string;
    },
    reply: ProviderReply,
    late: boolean,
  ): Promise<Exchanged> {
    const fail = (refused: Refused): Promise<Exchanged> => {
      reply.declined(refused.code);
      return refuse(accepted, refused);
    };
    const copy = holdCopy();
    if (copy === undefined) return fail({ code: 'registry-unavailable', params: {} });
    const checked = await checkAnswer(primitives, copy, accepted, reply);
    if (checked.kind === 'bad') return fail({ code: checked.code, params: {} });
    // What was suspended or shut out while the provider worked carries no document any more. Its quota was counted when it was asked.
    const still = late ? undefined : decideBy(copy, await copy.between(accepted.request), accepted.request, () => 0);
    if (still?.kind === 'refused') return fail(still);

    // COMMIT POINT 2. A crash before this leaves the request unanswered and the document undelivered, though the provider's own journal
    // says that it answered. A crash after it leaves an answer that was recorded and perhaps not delivered: the requester asks anew.
    const answeredReceipt = await recordAnswered(accepted.request, checked.answer, reply.statement, late).catch(
      unlessRefused,
    );
    if (answeredReceipt === undefined)
      return fail({ code: 'evidence-unavailable', params: {}, retryAfterMs: BUSY_RETRY_MS });
    reply.recorded(answeredReceipt);
    const { statement, sealedDocument } = reply;
    const requestId = accepted.request.id;
    return {
      kind: 'answer',
      requestId,
      statement,
      sealedDocument,
      requestedReceipt: accepted.requestedReceipt,
      answeredReceipt,
    };
  }

  function decideBy(
    copy: ReturnType<HoldCopy>,
    agreements: readonly StandingAgreement[],
    request: RequestStatement,
    usedToday: Quota['usedToday'],
  ): Decision {
    return decide(request, {
      agreements,
      knows: knownIn(copy, request.provider),
      usedToday,
      nowMs: now(),
    });
  }

  function recordAnswered(
    { id: requestId, requester, provider }: RequestStatement,
    answer: AnswerStatement,
    statement: string,
    late: boolean,
  ): Promise<string> {
    return evidence.record(
      {
        kind: 'answered',
        requestId,
        request: answer.request,
        answer: digestOfText(statement),
        requester,
        provider,
        outcome: answer.outcome,
        ...(answer.code === undefined ? {} : { code: answer.code }),
        ...(answer.document === undefined ? {} : { document: answer.document }),
        ...(late ? { late: true as const } : {}),
      },
      { statement },
    );
  }
};

const expireUnasked = (slot: Slot): OfferEnd => {
  slot.release();
  return { kind: 'expired' };
};
