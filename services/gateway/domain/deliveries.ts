import type { EntryBody } from '../../kernel/evidence.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { AcknowledgementStatement } from '../../kernel/statements.ts';
import type { Evidence } from './ports.ts';

/** How long a delivery may be acknowledged, ms; longer than a kit tries. */
const OPEN_MS = 60_000;
/** Beyond this many the oldest is no longer waited for. */
const OPEN_AT_MOST = 100_000;

type Delivered = Extract<EntryBody, { readonly kind: 'answered' }>;

/**
 * What was delivered lately and nobody has acknowledged yet, by this boot or (read from its evidence) another. Each delivery is
 * acknowledged once at each gateway at most, so that acknowledgements never outgrow the answers.
 */
export interface Deliveries {
  /** Takes note of an entry that is durable. */
  see(body: EntryBody, timeMs: number): void;
  /** Those of the documents whose delivery waits for this, each of which then waits no more. */
  take(said: AcknowledgementStatement): readonly Delivered[];
}

export const makeDeliveries = (now: () => number): Deliveries => {
  const open = new Map<RequestId, { readonly body: Delivered; readonly timeMs: number }>();
  const forget = (nowMs: number): void => {
    // A Map walks in the order of insertion: the oldest come first.
    for (const [id, { timeMs }] of open) {
      if (timeMs > nowMs - OPEN_MS && open.size <= OPEN_AT_MOST) return;
      open.delete(id);
    }
  };
  return {
    see: (body, timeMs) => {
      const nowMs = now();
      if (body.kind === 'received') for (const { requestId } of body.deliveries) open.delete(requestId);
      if (body.kind !== 'answered' || body.outcome !== 'delivered' || body.late === true) return;
      if (timeMs <= nowMs - OPEN_MS) return;
      open.set(body.requestId, { body, timeMs });
      forget(nowMs);
    },
    take: ({ requester, provider, held }) =>
      held.flatMap(({ requestId, request, answer }) => {
        const body = open.get(requestId)?.body;
        const same =
          body !== undefined &&
          body.requester === requester &&
          body.provider === provider &&
          body.request === request &&
          body.answer === answer;
        if (!same) return [];
        open.delete(requestId);
        return [body];
      }),
  };
};

/** Evidence of which the deliveries take note as soon as it is durable, and so before anybody is answered. */
export const noting = (evidence: Evidence, deliveries: Deliveries, now: () => number): Evidence => ({
  record: async (body, beside) => {
    const receipt = await evidence.record(body, beside);
    deliveries.see(body, now());
    return receipt;
  },
});
