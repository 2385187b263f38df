import type { Offer } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { digestOf, digestOfText } from '../../kernel/digest.ts';
import type { Seen, SeenAnswer } from '../domain/judge.ts';
import type { Ground, Hands, Subjects } from './ground.ts';
import { type Asked, type Made, makeOffer } from './offers.ts';
import { open, type Reply } from './opened.ts';
import type { Attached, Wire } from './wire.ts';

/** The adapter is attached no more, and did not come back. */
export class AdapterGone extends Error {}

/** What a check has in its hands. */
export interface Bench {
  readonly ground: Ground;
  readonly subjects: Subjects;
  readonly hands: Hands;
  readonly wire: Wire;
  /** How long an adapter that left may take to come back. */
  readonly patienceMs: number;
  /** The stream in use; that of the adapter's return when it broke. Throws `AdapterGone`. */
  stream(): Promise<Attached>;
  /** Makes an offer, honest but for what is told, and reads what comes back. */
  ask(asked: Asked, how?: How): Promise<Seen>;
  /** Offers what was made before. */
  offer(made: Made, how?: How): Promise<Seen>;
}

interface How {
  /** Replaces parts of the offer before it is sent. */
  readonly tamper?: Partial<Offer>;
  readonly withinMs?: number;
}

/** How long an answer is waited for: beyond every honest deadline, and shorter where a refusal is due. */
const ANSWER_MS = 12_000;
export const REFUSAL_MS = 5_000;
const RETURN_MS = 15_000;

export const makeBench = (of: {
  readonly ground: Ground;
  readonly subjects: Subjects;
  readonly hands: Hands;
  readonly wire: Wire;
  readonly first: Attached;
  readonly patienceMs: number;
}): Bench => {
  const { ground, wire } = of;
  let current = of.first;
  let patienceMs = Math.min(of.patienceMs, RETURN_MS);
  const stream = async (): Promise<Attached> => {
    if (current.alive()) return current;
    const next = await wire.attached(ground.provider.id, patienceMs, current);
    if (next === undefined) {
      // It is waited for once, and not again at every check.
      patienceMs = 0;
      throw new AdapterGone();
    }
    current = next;
    return next;
  };
  const offer: Bench['offer'] = async (made, { tamper = {}, withinMs = ANSWER_MS } = {}) => {
    const to = await stream();
    const offered: Made = { ...made, offer: { ...made.offer, ...tamper } };
    const atMs = Date.now();
    const reply = await wire.offer({ to, agency: ground.provider.id, offer: offered.offer, withinMs });
    if (reply === undefined) return { kind: 'silence', withinMs: Date.now() - atMs };
    const seen = await open(ground, offered, reply, atMs);
    if (seen.kind === 'answer' && seen.problems.length === 0) await recorded(offered, reply, seen, to);
    return seen;
  };
  /** As a gateway does: the answer is durable, and the adapter gets the receipt. */
  const recorded = async ({ request, digest }: Made, reply: Reply, seen: SeenAnswer, to: Attached): Promise<void> => {
    const { id: requestId, requester, provider } = request;
    const { outcome, code } = seen;
    const answeredReceipt = await ground.record(
      {
        kind: 'answered',
        requestId,
        request: digest,
        answer: digestOfText(reply.statement),
        requester,
        provider,
        outcome,
        ...(code === undefined ? {} : { code }),
        ...(outcome === 'delivered' ? { document: digestOf(reply.sealed) } : {}),
      },
      { statement: reply.statement },
    );
    await to.send({ $case: 'recorded', value: { requestId, answeredReceipt } }).catch(() => undefined);
  };
  return {
    ground,
    subjects: of.subjects,
    hands: of.hands,
    wire,
    patienceMs,
    stream,
    offer,
    ask: async (asked, how) => offer(await makeOffer(ground, asked), how),
  };
};
