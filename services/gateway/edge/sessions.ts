import type { AttachResponse } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import type { Code } from '../../kernel/codes.ts';
import type { AgencyId, DocumentType, RequestId } from '../../kernel/ids.ts';
import type { OfferEnd, ProviderReply, Providers, Slot } from '../domain/ports.ts';

/** How long an answer that comes after the deadline is still waited for, to be recorded; ms. */
const LATE_MS = 60_000;
/** Messages that wait for a stream which is not read; beyond them its replica is asked nothing. */
const UNSENT_AT_MOST = 1_000;

/** What came back from a replica for one offer. */
export interface Returned {
  readonly statement: string;
  readonly sealedDocument: Uint8Array;
  /** Gives back the room that the document takes. */
  readonly release: () => void;
}

/** One attached replica: what it answers, how much it takes at once, and what it has in hand. */
export interface Session {
  readonly provider: AgencyId;
  readonly replica: string;
  setCredits(credits: number): void;
  /** False when nothing under that id is waited for. */
  returned(requestId: string, returned: Returned | 'busy'): boolean;
  /** Ends everything in hand as lost. */
  close(): void;
}

interface Pending {
  readonly requester: AgencyId;
  uploading: boolean;
  readonly settle: (end: Returned | 'lost' | 'busy') => void;
}

interface Held {
  readonly types: ReadonlySet<string>;
  readonly pending: Map<string, Pending>;
  readonly send: (message: AttachResponse) => Promise<void>;
  credits: number;
  /** Places held: reserved or in hand. */
  busy: number;
  /** Answers of which it has not been said yet what became of them. */
  owed: number;
  /** Messages that its stream has not taken yet. Those of requests long over are among them: places alone bound nothing. */
  unsent: number;
}

export interface Sessions extends Providers {
  open(of: {
    readonly provider: AgencyId;
    readonly replica: string;
    readonly types: readonly string[];
    readonly credits: number;
    readonly send: (message: AttachResponse) => Promise<void>;
  }): Session;
  /** Who asked what this provider has in hand under the id; undefined when nothing is waited for. */
  awaiting(provider: AgencyId, requestId: string): AgencyId | undefined;
  /** As `awaiting`, once for each request: a provider takes no more of its requester's room than one upload needs. */
  beginUpload(provider: AgencyId, requestId: string): AgencyId | undefined;
  /** As `returned`, for an answer that came in chunks. */
  deliver(provider: AgencyId, requestId: string, returned: Returned | 'busy'): boolean;
  count(): number;
  inHand(): number;
}

export const makeSessions = (): Sessions => {
  const byProvider = new Map<AgencyId, Set<Held>>();
  const all = (): Held[] => [...byProvider.values()].flatMap((held) => [...held]);
  const find = (provider: AgencyId, requestId: string): Held | undefined =>
    [...(byProvider.get(provider) ?? [])].find(({ pending }) => pending.has(requestId));
  const deliver = (held: Held | undefined, requestId: string, returned: Returned | 'lost' | 'busy'): boolean => {
    const pending = held?.pending.get(requestId);
    if (held === undefined || pending === undefined) return false;
    held.pending.delete(requestId);
    pending.settle(returned);
    return true;
  };

  const reserve = (
    provider: AgencyId,
    documentType: DocumentType,
  ): Slot | 'provider-not-connected' | 'provider-busy' => {
    const able = [...(byProvider.get(provider) ?? [])].filter(({ types }) => types.has(documentType));
    if (able.length === 0) return 'provider-not-connected';
    const free = able.filter(({ busy, credits, unsent }) => busy < credits && unsent < UNSENT_AT_MOST);
    const [first, ...rest] = free;
    if (first === undefined) return 'provider-busy';
    const held = rest.reduce((least, next) => (next.busy < least.busy ? next : least), first);
    held.busy += 1;
    return slotAt(held, () => {
      held.busy -= 1;
      drained(held);
    });
  };
  /** Tells a replica that takes nothing new, once nothing is to come any more, that it may go. */
  const drained = (held: Held): void => {
    if (held.credits === 0 && held.busy === 0 && held.owed === 0) tell(held, { $case: 'drained', value: {} });
  };

  const slotAt = (held: Held, leave: () => void): Slot => ({
    release: leave,
    offer: ({ requester, ...offered }, withinMs, late) =>
      new Promise<OfferEnd>((resolve) => {
        const { requestId } = offered;
        const reply = (returned: Returned): ProviderReply => {
          const say = (message: NonNullable<AttachResponse['message']>): void => {
            tell(held, message);
            held.owed -= 1;
            drained(held);
          };
          return {
            ...returned,
            recorded: (answeredReceipt) => say({ $case: 'recorded', value: { requestId, answeredReceipt } }),
            declined: (code: Code) => say({ $case: 'declined', value: { requestId, code } }),
          };
        };
        let expired = false;
        const expire = (): void => {
          expired = true;
          tell(held, { $case: 'cancel', value: { requestId } });
          const forget = setTimeout(() => deliver(held, requestId, 'lost'), LATE_MS);
          forget.unref();
          resolve({ kind: 'expired' });
        };
        const deadline = setTimeout(expire, withinMs);
        const settle: Pending['settle'] = (end) => {
          clearTimeout(deadline);
          if (end !== 'lost' && end !== 'busy') held.owed += 1;
          leave();
          if (end === 'busy') tell(held, { $case: 'declined', value: { requestId, code: 'gateway-busy' } });
          if (end === 'lost' || end === 'busy') return resolve({ kind: end });
          if (expired) return late(reply(end));
          resolve({ kind: 'reply', reply: reply(end) });
        };
        held.pending.set(requestId, { requester, uploading: false, settle });
        tell(
          held,
          {
            $case: 'offer',
            value: {
              ...offered,
              privatePart: Buffer.from(offered.privatePart),
              traceparent: offered.traceparent ?? '',
            },
          },
          requestId,
        );
      }),
  });

  /** A stream that takes no more is a lost replica; its closing ends what is in hand. */
  const tell = (held: Held, message: NonNullable<AttachResponse['message']>, losing?: RequestId): void => {
    held.unsent += 1;
    held
      .send({ message })
      .catch(() => {
        if (losing !== undefined) deliver(held, losing, 'lost');
      })
      .finally(() => {
        held.unsent -= 1;
      });
  };

  return {
    reserve,
    open: ({ provider, replica, types, credits, send }) => {
      const held: Held = { types: new Set(types), pending: new Map(), send, credits, busy: 0, owed: 0, unsent: 0 };
      const siblings = byProvider.get(provider) ?? new Set<Held>();
      byProvider.set(provider, siblings.add(held));
      return {
        provider,
        replica,
        setCredits: (count) => {
          held.credits = count;
          drained(held);
        },
        returned: (requestId, returned) => deliver(held, requestId, returned),
        close: () => {
          siblings.delete(held);
          for (const requestId of [...held.pending.keys()]) deliver(held, requestId, 'lost');
        },
      };
    },
    awaiting: (provider, requestId) => find(provider, requestId)?.pending.get(requestId)?.requester,
    beginUpload: (provider, requestId) => {
      const pending = find(provider, requestId)?.pending.get(requestId);
      if (pending === undefined || pending.uploading) return undefined;
      pending.uploading = true;
      return pending.requester;
    },
    deliver: (provider, requestId, returned) => deliver(find(provider, requestId), requestId, returned),
    count: () => all().length,
    inHand: () => all().reduce((sum, { pending }) => sum + pending.size, 0),
  };
};
