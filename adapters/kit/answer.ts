import { CODES, type Code, WaslError } from '../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { dayIn } from '../../services/kernel/day.ts';
import { type Digest, digestOfText } from '../../services/kernel/digest.ts';
import { signJws } from '../../services/kernel/jws.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import { digestInPieces } from '../../services/kernel/pieces.ts';
import { MAX_TICKET } from '../../services/kernel/private-part.ts';
import { type AnswerStatement, answerPayload, TYP } from '../../services/kernel/statements.ts';
import { statusUri } from '../../services/kernel/status-list.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import { checkOffer, type GoodOffer, type Offered, type ReadOffer } from './check-offer.ts';
import { type Handler, type HandlerAnswer, SourceUnavailable } from './handler.ts';
import type { Identity } from './identity.ts';
import { issueDocument } from './issue.ts';
import type { Journal } from './journal/index.ts';
import type { Place, Places } from './status/places.ts';

export interface Answered {
  readonly statement: string;
  /** Empty unless a document is delivered. */
  readonly sealed: Uint8Array;
}

export interface AnswerParts {
  readonly identity: Identity;
  readonly primitives: Primitives;
  readonly copy: () => RegistryCopy;
  readonly journal: Journal;
  readonly places: Places;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly log: Logger;
  readonly now: () => number;
}

/** How it ends, before it is signed. */
interface End extends Pick<AnswerStatement, 'outcome' | 'claims'> {
  readonly code?: Code;
  readonly ticket?: string;
  readonly retryAfterMs?: number;
  readonly sealed?: Uint8Array;
  /** Of a document, for the journal alone: where its status stands, and which it is. */
  readonly kept?: { readonly status: Place; readonly credential: Digest };
}

const BUSY_RETRY_MS = 1_000;

const endOf = (error: WaslError): End => ({
  outcome: CODES[error.code].kind === 'unavailable' ? 'unavailable' : 'refused',
  code: error.code,
  claims: [],
});

const deferred = ({ ticket, retryAfterMs }: Extract<HandlerAnswer, { kind: 'deferred' }>): End => {
  // A ticket that nobody could bring back would leave the requester waiting for ever.
  if (ticket === '' || ticket.length > MAX_TICKET) throw new RangeError(`a ticket has 1 to ${MAX_TICKET} characters`);
  const when = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { outcome: 'deferred', code: 'deferred-by-provider', ticket, ...when, claims: [] };
};

/**
 * Takes one offer to its signed answer (design, section 3, steps 5 and 6): verifies for itself, makes the request durable in the journal,
 * only then calls the ministry's handler, and makes the answer durable before it leaves.
 */
export const makeAnswer = ({ identity, primitives, copy, journal, places, handlers, log, now }: AnswerParts) => {
  const admit = async ({ request, terms }: GoodOffer, offered: Offered): Promise<void> => {
    const { id: requestId, deadlineMs } = request;
    const { statement, requestedReceipt: receipt } = offered;
    const day = dayIn(terms.timeZone, now());
    // COMMIT POINT. A crash after it leaves a request that the journal knows and nobody answered; offered again, it is refused as replayed.
    const admitted = await journal.admit(
      { kind: 'offered', requestId, statement, receipt, agreement: terms.id, day },
      terms.quotaPerDay,
    );
    if (admitted === 'seen') throw new WaslError('request-replayed');
    if (admitted === 'quota-spent') throw new WaslError('quota-spent', { agreement: terms.id });
    if (now() >= deadlineMs) throw new WaslError('deadline-exceeded');
  };

  const handle = async ({ request, part }: GoodOffer, cancelled: AbortSignal): Promise<HandlerAnswer> => {
    const handler = handlers.get(request.documentType);
    if (handler === undefined) throw new WaslError('not-provided', { documentType: request.documentType });
    const ended = new AbortController();
    const { signal } = ended;
    const end = (): void => ended.abort();
    // No longer than was asked for, whatever happens to the clock meanwhile.
    const deadline = setTimeout(end, Math.min(request.deadlineMs - now(), request.deadlineMs - request.issuedAtMs));
    cancelled.addEventListener('abort', end);
    if (cancelled.aborted) end();
    try {
      return await handler({
        requestId: request.id,
        subject: part.subject,
        claims: request.claims,
        purpose: request.purpose,
        deadline: new Date(request.deadlineMs),
        signal,
        ...(request.collects === undefined || part.ticket === undefined
          ? {}
          : { collects: { requestId: request.collects, ticket: part.ticket } }),
      });
    } catch (error) {
      if (signal.aborted) throw new WaslError('deadline-exceeded', {}, { cause: error });
      log.error({ err: error, requestId: request.id }, 'the handler failed');
      throw error;
    } finally {
      clearTimeout(deadline);
    }
  };

  const serve = async (read: ReadOffer, offered: Offered, cancelled: AbortSignal): Promise<End> => {
    try {
      const held = copy();
      const offer = await checkOffer(primitives, identity, held, read, offered, now());
      await admit(offer, offered);
      const found = await handle(offer, cancelled);
      switch (found.kind) {
        case 'not-found':
          return { outcome: 'not-found', code: 'no-such-record', claims: [] };
        case 'ambiguous':
          return { outcome: 'refused', code: 'ambiguous-subject', claims: [] };
        case 'deferred':
          return deferred(found);
        case 'unknown-ticket':
          return { outcome: 'refused', code: 'ticket-unknown', claims: [] };
        case 'found': {
          const place = await places.take();
          const { credential, ...issued } = await issueDocument(primitives, identity, held, offer, read.digest, {
            document: found.document,
            status: { uri: statusUri({ provider: identity.agency, list: place.list }), index: place.index },
            nowMs: now(),
          });
          return { outcome: 'delivered', ...issued, kept: { status: place, credential } };
        }
      }
    } catch (error) {
      if (error instanceof WaslError) return endOf(error);
      if (error instanceof SourceUnavailable) {
        const { retryAfterMs } = error;
        return { outcome: 'unavailable', code: 'source-unavailable', retryAfterMs, claims: [] };
      }
      return { outcome: 'unavailable', code: 'provider-failed', claims: [] };
    }
  };

  const sign = async (
    { request, digest }: ReadOffer,
    offered: Offered,
    { sealed, kept: _, ...said }: End,
  ): Promise<Answered> => {
    const answer: AnswerStatement = {
      ...said,
      provider: identity.agency,
      requester: request.requester,
      requestId: request.id,
      request: digest,
      receipt: digestOfText(offered.requestedReceipt),
      ...(sealed === undefined ? {} : { document: await digestInPieces(primitives.breathe, sealed) }),
      timeMs: now(),
      journal: await journal.head(),
    };
    const statement = await signJws(identity.keys.present().signer, TYP.answer, answerPayload(answer));
    return { statement, sealed: sealed ?? new Uint8Array() };
  };

  return {
    /** For an offer beyond what was announced: nothing of it is looked at or kept. */
    busy: (read: ReadOffer, offered: Offered): Promise<Answered> =>
      sign(read, offered, {
        outcome: 'unavailable',
        code: 'provider-busy',
        retryAfterMs: BUSY_RETRY_MS,
        claims: [],
      }),
    answer: async (read: ReadOffer, offered: Offered, cancelled: AbortSignal): Promise<Answered> => {
      const { id: requestId } = read.request;
      const end = await serve(read, offered, cancelled);
      try {
        const answered = await sign(read, offered, end);
        // COMMIT POINT. A crash before this leaves a request without an answer; after it, an answer that may not have left: it is in the journal.
        await journal.append({ kind: 'answered', requestId, statement: answered.statement, ...end.kept });
        log.info({ requestId, outcome: end.outcome, code: end.code }, 'answered');
        return answered;
      } catch (error) {
        if (!(error instanceof WaslError)) throw error;
        // What cannot be written down gives no data; that much may be said without the journal.
        return sign(read, offered, { outcome: 'unavailable', code: 'journal-unavailable', claims: [] });
      }
    },
  };
};
