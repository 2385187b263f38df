import { type Ask, catalogOf, type Kit, type Outcome, outcomeJson } from '../../../adapters/kit/index.ts';
import { canonicalJson } from '../../kernel/canonical.ts';
import { WaslError } from '../../kernel/codes.ts';
import { digestOfText } from '../../kernel/digest.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { type ApiCall, type ApiReply, type ApiRoute, type Language, problemOf } from '../../platform/web/index.ts';
import { makeIdempotency } from './idempotency.ts';
import { ASK, ASK_EXAMPLE, COLLECT, COLLECT_EXAMPLE } from './schemas.ts';

/** A route, and how the description speaks of it. */
export interface DescribedRoute extends ApiRoute {
  readonly summary: string;
  readonly example?: JsonObject;
  /** Statuses it answers beside the errors that all share. */
  readonly answers: Readonly<Record<string, string>>;
}

export interface RouteParts {
  readonly kit: Pick<Kit, 'request' | 'collect' | 'copy'>;
  readonly agency: string;
  readonly now: () => number;
  /** Calls under way at once; the excess is `agent-busy`. */
  readonly callsAtOnce: number;
}

const OUTCOMES = {
  '200': 'The provider’s signed word: `delivered` with the document, or `not-found`.',
  '202': 'Deferred: collect later with the ticket.',
  '403': 'Refused; `code` says why and `nextMove` whose move is next.',
  '422': 'The Idempotency-Key was used for another call.',
  '503': 'Nobody could answer now; Retry-After says when to ask again.',
};

/** The agent's operations. Outcomes that the provider signed are values; refusals and absences are problem+json. */
export const agentRoutes = ({ kit, agency, now, callsAtOnce }: RouteParts): readonly DescribedRoute[] => {
  const idempotency = makeIdempotency<Outcome>({
    now,
    sizeOf: (outcome) => JSON.stringify(outcome).length,
    // Nobody has answered: under the same key it is asked again.
    keep: ({ outcome }) => outcome !== 'unavailable',
  });
  let underWay = 0;
  const bounded = async (path: string, call: ApiCall, work: () => Promise<Outcome>): Promise<ApiReply> => {
    if (underWay >= callsAtOnce) return busy(call.language);
    underWay += 1;
    try {
      return await ended(path, call, work);
    } finally {
      underWay -= 1;
    }
  };
  const ended = async (path: string, call: ApiCall, work: () => Promise<Outcome>): Promise<ApiReply> => {
    const key = call.header('idempotency-key');
    if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new WaslError('request-invalid', { what: 'Idempotency-Key has 1 to 255 visible ASCII characters' });
    }
    const outcome =
      key === undefined
        ? await work()
        : await idempotency.once(key, digestOfText(`${path} ${canonicalJson(call.body)}`), work);
    return replyOf(outcome, call.language);
  };
  return [
    {
      method: 'POST',
      path: '/v1/requests',
      summary: 'Asks another agency for a verified document and waits for how that ends.',
      body: ASK,
      example: ASK_EXAMPLE,
      answers: OUTCOMES,
      handle: (call) => bounded('/v1/requests', call, () => kit.request(call.body as unknown as Ask)),
    },
    {
      method: 'POST',
      path: '/v1/tickets/collect',
      summary: 'Collects a deferred answer with a new signed request that names the first.',
      body: COLLECT,
      example: COLLECT_EXAMPLE,
      answers: OUTCOMES,
      handle: (call) => {
        const { ticket, ...options } = call.body as unknown as {
          ticket: string;
          officer?: string;
          deadlineMs?: number;
        };
        return bounded('/v1/tickets/collect', call, () => kit.collect(ticket, options));
      },
    },
    {
      method: 'GET',
      path: '/v1/catalog',
      summary: 'What this agency may ask, of whom, for which purpose, and why not the rest of what concerns it.',
      answers: { '200': 'The catalog, by the verified registry copy.' },
      handle: async () => {
        const copy = kit.copy();
        if (copy === undefined) throw new WaslError('registry-unavailable');
        return { status: 200, body: await catalogOf(copy, agency, now()) };
      },
    },
  ];
};

const DEFAULT_RETRY_MS = 1_000;

const busy = (language: Language): ApiReply => {
  const problem = problemOf(new WaslError('agent-busy'), language);
  return { status: problem.status, problem: true, body: problem, headers: retryHeader(DEFAULT_RETRY_MS) };
};

const replyOf = (outcome: Outcome, language: Language): ApiReply => {
  const body = outcomeJson(outcome);
  switch (outcome.outcome) {
    case 'delivered':
    case 'not-found':
      return { status: 200, body };
    case 'deferred':
      return { status: 202, body, headers: retryHeader(outcome.retryAfterMs) };
    case 'refused':
    case 'unavailable': {
      const { title, type, status } = problemOf(new WaslError(outcome.code), language);
      // What another party says of its own affairs is no fault of this call's form.
      const at = outcome.outcome === 'unavailable' ? 503 : outcome.by.kind === 'kit' ? status : 403;
      return {
        status: at,
        problem: true,
        body: { type, title, status: at, detail: outcome.message[language], ...body },
        headers: outcome.outcome === 'unavailable' ? retryHeader(outcome.retryAfterMs ?? DEFAULT_RETRY_MS) : {},
      };
    }
  }
};

/** Whole seconds, rounded up (RFC 9110 section 10.2.3). */
const retryHeader = (ms: number | undefined): Readonly<Record<string, string>> =>
  ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1_000)) };
