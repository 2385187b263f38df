import type { RequestResponse } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import { CODES, WaslError } from '../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { digestOf, digestOfText } from '../../services/kernel/digest.ts';
import { parseAgencyId, parseDocumentType, parseRequestId, type RequestId, uuidV7 } from '../../services/kernel/ids.ts';
import { sealPrivate } from '../../services/kernel/jwe.ts';
import { signJws } from '../../services/kernel/jws.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import { type PrivatePart, privatePayload } from '../../services/kernel/private-part.ts';
import { credentialDigest } from '../../services/kernel/sdjwt.ts';
import { type RequestStatement, requestPayload, TYP } from '../../services/kernel/statements.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import { makeAcknowledge } from './acknowledge.ts';
import type { Ask, CollectOptions } from './ask.ts';
import { checkAnswer, checkRefusal, type OwnRequest } from './check-answer.ts';
import { checkSubject } from './check-offer.ts';
import type { Identity } from './identity.ts';
import type { Journal } from './journal/index.ts';
import type { Link } from './link.ts';
import type { Connected, Links } from './links.ts';
import { type Outcome, type Receipts, reasonOf } from './outcome.ts';
import { type Deferred, openTicket, sealTicket } from './ticket.ts';

/** An ask, and what it comes back for. */
type Asking = Ask & { readonly collects?: Pick<Deferred, 'first' | 'ticket'> };

export interface Client {
  /**
   * Asks another agency for a document and waits for how that ended; rejects only for what is nobody's plan. A gateway that is about to stop has
   * recorded nothing: another is asked under the same id. One that went away in mid-call may have: another is asked anew, naming the first.
   */
  request(ask: Ask): Promise<Outcome>;
  /** Asks again for what was deferred, with a new signed request that names the first. Ends like any other: also deferred once more. */
  collect(ticket: string, options?: CollectOptions): Promise<Outcome>;
}

export interface ClientParts {
  readonly identity: Identity;
  readonly primitives: Primitives;
  readonly links: Links;
  readonly journal: Journal;
  readonly log: Logger;
  readonly now: () => number;
  /** Work that goes on after the outcome was returned; drain waits for it. */
  readonly afterwards: (work: Promise<void>) => void;
}

const DEADLINE_MS = 10_000;
const SLACK_MS = 2_000;

export const makeClient = (parts: ClientParts): Client => {
  const { identity, primitives, links, journal, log, now } = parts;
  const newId = (): RequestId => parseRequestId(uuidV7(now(), primitives.random(10)));
  const acknowledge = makeAcknowledge(parts);
  const by = (copy: RegistryCopy) => ({ primitives, identity, copy, now });

  const ended = (requestId: RequestId, error: unknown, receipts: Receipts = {}): Outcome => {
    if (!(error instanceof WaslError)) throw error;
    const { code, params } = error;
    const said = { requestId, receipts, by: { kind: 'kit' as const, id: identity.agency }, ...reasonOf(code, params) };
    return { ...said, outcome: CODES[code].kind === 'unavailable' ? 'unavailable' : 'refused' };
  };

  /** Builds, signs and journals one request to one gateway's boot. COMMIT POINT: it is in the journal before it leaves. */
  const prepare = async (ask: Asking, id: RequestId, copy: RegistryCopy, { reached }: Connected): Promise<Prepared> => {
    const { from, documentVersion = 1, purpose, subject, caseReference, officer, retryOf, collects } = ask;
    const provider = parseAgencyId(from);
    const documentType = parseDocumentType(ask.documentType);
    const part: PrivatePart = {
      subject,
      ...(caseReference === undefined ? {} : { caseReference }),
      ...(officer === undefined ? {} : { officer }),
      ...(collects === undefined ? {} : { ticket: collects.ticket }),
    };
    // A type or provider that we do not know is the gateway's to refuse, so that the refusal has its evidence; nobody could open this seal.
    const known = copy.documentType(documentType, documentVersion) !== undefined;
    if (known) checkSubject(copy, { documentType, documentVersion }, part);
    const providerKey = copy.agency(provider)?.keys.encryption ?? primitives.generateX25519().publicJwk;
    const privatePart = sealPrivate(primitives, { provider: providerKey, audit: copy.audit }, privatePayload(part));
    const between = await copy.between({ requester: identity.agency, provider, documentType, documentVersion });
    const forPurpose = between.filter(({ terms }) => terms.purposes.some((one) => one.purpose === purpose));
    const agreed = forPurpose.find(({ status }) => status === 'active') ?? forPurpose[0];
    // What the agency itself has stopped it does not ask for, whatever the bus knows of that yet.
    const stopped = forPurpose.every(
      ({ status, suspendedBy }) => status === 'terminated' || suspendedBy.includes(identity.agency),
    );
    if (agreed !== undefined && stopped) {
      const code = agreed.status === 'terminated' ? 'agreement-terminated' : 'agreement-suspended';
      throw new WaslError(code, { agreement: agreed.terms.id, by: agreed.suspendedBy.join(', ') });
    }
    const own = identity.keys.present();
    const issuedAtMs = now();
    const request: RequestStatement = {
      id,
      requester: identity.agency,
      provider,
      documentType,
      documentVersion,
      purpose,
      claims: [...new Set(ask.claims ?? agreed?.terms.claims ?? [])].sort(),
      issuedAtMs,
      deadlineMs: issuedAtMs + (ask.deadlineMs ?? DEADLINE_MS),
      encryptionKey: own.opener.thumbprint,
      boot: reached.boot,
      privatePart: digestOf(privatePart),
      journal: await journal.head(),
      ...(retryOf === undefined ? {} : { retryOf: parseRequestId(retryOf) }),
      ...(collects === undefined ? {} : { collects: collects.first }),
    };
    const statement = await signJws(own.signer, TYP.request, requestPayload(request));
    await journal.append({ kind: 'asked', requestId: id, statement });
    const digest = digestOfText(statement);
    return { own: { statement, digest, request, subject, gateway: reached.gateway }, privatePart };
  };

  /** Sends it; once more, byte for byte, when the connection breaks under a boot that is still there: it then gives its first outcome. */
  const send = async ({ link, reached }: Connected, { own, privatePart }: Prepared): Promise<RequestResponse> => {
    const { statement, request } = own;
    const message = { statement, privatePart: Buffer.from(privatePart) };
    const traceparent = traceOf(request.id, primitives);
    const options = (): { timeoutMs: number; traceparent: string } => ({
      // No longer than was asked for, whatever happens to the clock meanwhile.
      timeoutMs: Math.min(request.deadlineMs - now(), request.deadlineMs - request.issuedAtMs) + SLACK_MS,
      traceparent,
    });
    log.info({ requestId: request.id, traceparent, gateway: reached.gateway }, 'a request is sent');
    try {
      return await link.connection.request(message, options());
    } catch (error) {
      if (!(error instanceof WaslError) || error.code !== 'gateway-unreachable') throw error;
      const { boot } = await link.connection.announce({ timeoutMs: SLACK_MS });
      if (boot !== request.boot || now() >= request.deadlineMs) throw error;
      return link.connection.request(message, options());
    }
  };

  /** Turns the provider's ticket into the agency's own, which carries all that collecting needs. */
  const ticketed = async (outcome: Outcome, ask: Asking, { request }: OwnRequest): Promise<Outcome> => {
    if (outcome.outcome !== 'deferred') return outcome;
    const { from, documentVersion = 1, documentType, subject, purpose, caseReference } = ask;
    const deferred: Deferred = {
      first: ask.collects?.first ?? request.id,
      ticket: outcome.ticket,
      from,
      documentType,
      documentVersion,
      subject,
      purpose,
      claims: request.claims,
      ...(caseReference === undefined ? {} : { caseReference }),
    };
    return { ...outcome, ticket: await sealTicket(primitives, identity, deferred, now()) };
  };

  const judge = async (own: OwnRequest, response: RequestResponse): Promise<Outcome> => {
    const { result } = response;
    const id = own.request.id;
    if (result?.$case === 'answer') {
      return checkAnswer(by(links.copy()), own, result.value).catch((error: unknown) => ended(id, error));
    }
    if (result?.$case === 'refusal') {
      return checkRefusal(by(links.copy()), own, result.value).catch((error: unknown) => ended(id, error));
    }
    return ended(id, new WaslError('answer-invalid'));
  };

  const conclude = async (
    own: OwnRequest,
    outcome: Outcome,
    answered?: { readonly statement: string | undefined; readonly link: Link },
  ): Promise<Outcome> => {
    const statement = answered?.statement;
    const { requestId, receipts } = outcome;
    try {
      await journal.append({
        kind: 'concluded',
        requestId,
        outcome: outcome.outcome,
        ...('code' in outcome ? { code: outcome.code } : {}),
        ...(statement === undefined ? {} : { statement }),
        receipts: [receipts.requested, receipts.ended].filter((receipt) => receipt !== undefined),
        ...(outcome.outcome === 'delivered' ? { credential: credentialDigest(outcome.credential) } : {}),
      });
    } catch (error) {
      // What cannot be written down is not handed out either.
      return ended(requestId, error, receipts);
    }
    if (outcome.outcome === 'delivered' && answered !== undefined && statement !== undefined) {
      const document = { requestId, request: own.digest, answer: digestOfText(statement) };
      parts.afterwards(acknowledge(own.request.provider, document, answered.link));
    }
    return outcome;
  };

  const run = async (ask: Asking): Promise<Outcome> => {
    const until = now() + (ask.deadlineMs ?? DEADLINE_MS);
    const tried = new Set<Link>();
    let id = newId();
    let retryOf = ask.retryOf;
    for (;;) {
      let prepared: Prepared | undefined;
      let link: Link | undefined;
      try {
        const connected = await links.pick(until - now(), tried);
        link = connected.link;
        const deadlineMs = until - now();
        if (deadlineMs <= 0) throw new WaslError('deadline-exceeded');
        const again = { ...ask, deadlineMs, ...(retryOf === undefined ? {} : { retryOf }) };
        prepared = await prepare(again, id, links.copy(), connected);
        const response = await send(connected, prepared);
        const statement = response.result?.value.statement;
        const judged = await ticketed(await judge(prepared.own, response), ask, prepared.own);
        return await conclude(prepared.own, judged, { statement, link });
      } catch (error) {
        const outcome = ended(id, error);
        const concluded = prepared === undefined ? outcome : await conclude(prepared.own, outcome);
        const code = error instanceof WaslError ? error.code : undefined;
        const elsewhere = link !== undefined && links.all.length > tried.size + 1 && now() < until;
        if (!elsewhere || link === undefined || (code !== 'gateway-draining' && code !== 'gateway-unreachable')) {
          return concluded;
        }
        tried.add(link);
        if (code === 'gateway-unreachable') {
          retryOf = id;
          id = newId();
        }
      }
    }
  };

  return {
    request: run,
    collect: async (text, { officer, deadlineMs } = {}) => {
      try {
        const { first, ticket, ...ask } = await openTicket(primitives, identity, text, now());
        return await run({
          ...ask,
          collects: { first, ticket },
          ...(officer === undefined ? {} : { officer }),
          ...(deadlineMs === undefined ? {} : { deadlineMs }),
        });
      } catch (error) {
        return ended(newId(), error);
      }
    },
  };
};

interface Prepared {
  readonly own: OwnRequest;
  readonly privatePart: Uint8Array;
}

/** W3C trace context (version 00, sampled) with the request id as trace id, so that one search finds both. */
const traceOf = (id: RequestId, primitives: Primitives): string =>
  `00-${id.replaceAll('-', '')}-${Buffer.from(primitives.random(8)).toString('hex')}-01`;
