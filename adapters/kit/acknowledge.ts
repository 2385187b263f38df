import { parseReceipt } from '../../services/kernel/batch.ts';
import { requestsOf } from '../../services/kernel/evidence.ts';
import type { AgencyId } from '../../services/kernel/ids.ts';
import { signJws } from '../../services/kernel/jws.ts';
import {
  ACKNOWLEDGED_AT_MOST,
  acknowledgementPayload,
  type HeldDocument,
  TYP,
} from '../../services/kernel/statements.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import type { Identity } from './identity.ts';
import type { Journal } from './journal/index.ts';
import type { Link } from './link.ts';
import type { Links } from './links.ts';

const TRIES = 4;
const TIMEOUT_MS = 5_000;
/** What has waited that long is given up: with all tries it would come when no gateway waits for it any more. */
const WAITING_MS = 30_000;

interface Waiting {
  readonly provider: AgencyId;
  readonly document: HeldDocument;
  readonly sinceMs: number;
  readonly over: () => void;
}

/** What came over one link and is not acknowledged yet. One acknowledgement is under way at a time; what comes meanwhile forms the next. */
interface Lane {
  waiting: Waiting[];
}

/**
 * Signs that documents are held, and hands that in: first where the answers came from, then anywhere. Without it the trace shows a document as
 * not received. Resolves when this one has been handed in, or given up with a word in the log.
 */
export type Acknowledge = (provider: AgencyId, document: HeldDocument, from: Link) => Promise<void>;

export const makeAcknowledge = (of: {
  readonly identity: Identity;
  readonly links: Links;
  readonly journal: Journal;
  readonly log: Logger;
  readonly now: () => number;
}): Acknowledge => {
  const { identity, links, journal, log, now } = of;
  const lanes = new Map<Link, Lane>();

  /** Hands in one statement; resolves with what the gateway's entry does not name. */
  const handIn = async (link: Link, provider: AgencyId, held: readonly HeldDocument[]): Promise<HeldDocument[]> => {
    const said = { requester: identity.agency, provider, held, timeMs: now(), journal: await journal.head() };
    const statement = await signJws(identity.keys.present().signer, TYP.acknowledgement, acknowledgementPayload(said));
    const { receipt } = await link.connection.acknowledge({ statement }, { timeoutMs: TIMEOUT_MS });
    const { body } = parseReceipt(receipt).entry;
    const named = new Set(body.kind === 'received' ? requestsOf(body) : []);
    const requestIds = held.map(({ requestId }) => requestId);
    const taken = requestIds.filter((id) => named.has(id));
    // A receipt of something else is kept against what was handed in, so that `journal verify` tells of it.
    await journal.append({ kind: 'acknowledged', requestIds: taken.length > 0 ? taken : requestIds, receipt });
    return held.filter(({ requestId }) => !named.has(requestId));
  };

  const insist = async (from: Link, provider: AgencyId, held: readonly HeldDocument[]): Promise<void> => {
    let left = held;
    let why: unknown;
    for (let attempt = 1; left.length > 0 && attempt <= TRIES; attempt += 1) {
      try {
        const link = attempt === 1 ? from : (await links.pick(TIMEOUT_MS)).link;
        left = await handIn(link, provider, left);
      } catch (error) {
        why = error;
      }
    }
    for (const { requestId } of left) log.warn({ err: why, requestId }, 'an acknowledgement was not taken');
  };

  const work = async (link: Link, lane: Lane): Promise<void> => {
    for (let [first] = lane.waiting; first !== undefined; [first] = lane.waiting) {
      const { provider } = first;
      const group = lane.waiting.filter((one) => one.provider === provider).slice(0, ACKNOWLEDGED_AT_MOST);
      const taken = new Set(group);
      lane.waiting = lane.waiting.filter((one) => !taken.has(one));
      const latestMs = now() - WAITING_MS;
      const held = group.filter(({ sinceMs }) => sinceMs > latestMs).map(({ document }) => document);
      for (const { sinceMs, document } of group)
        if (sinceMs <= latestMs) log.warn({ requestId: document.requestId }, 'an acknowledgement waited too long');
      await insist(link, provider, held);
      // Each by itself: a lane may never run empty.
      for (const { over } of group) over();
    }
    // In the very turn in which nothing waited any more: what comes after it begins anew.
    lanes.delete(link);
  };

  return (provider, document, from) =>
    new Promise((over) => {
      const one = { provider, document, sinceMs: now(), over };
      const lane = lanes.get(from);
      if (lane !== undefined) return lane.waiting.push(one);
      const begun = { waiting: [one] };
      lanes.set(from, begun);
      return work(from, begun);
    });
};
