import { describe, expect, test } from 'vitest';
import type { HandlerAnswer, HandlerCall, Kit, Outcome } from '../../adapters/kit/index.ts';
import type { EntryBody } from '../../services/kernel/evidence.ts';
import { parseRequestId } from '../../services/kernel/ids.ts';
import { until } from '../support/exchange.ts';
import type { RawClient } from '../support/raw-client.ts';

/** What the promises of deferred answers need of a running exchange. */
export interface DeferredWorld {
  ask(): Promise<Outcome>;
  asker(): Kit;
  /** A kit of another agency. */
  other(): Promise<Kit>;
  raw(): RawClient;
  /** Puts the provider's handler in place. */
  provider(handle: (call: HandlerCall) => Promise<HandlerAnswer>): void;
  found(): Promise<HandlerAnswer>;
  entriesOf(requestId: string): readonly EntryBody[];
}

export const describeDeferred = (of: DeferredWorld): void => {
  const { ask, found, entriesOf } = of;
  describe('a deferred answer', () => {
    const ticketOf = async (): Promise<{ ticket: string; requestId: string }> => {
      of.provider(async () => ({ kind: 'deferred', ticket: 'T-77', retryAfterMs: 5_000 }));
      const outcome = await ask();
      of.provider(found);
      if (outcome.outcome !== 'deferred') throw new Error(outcome.outcome);
      expect(outcome.retryAfterMs).toBe(5_000);
      return outcome;
    };

    test('is collected by a new request that names the first; the handler gets its own ticket back', async () => {
      const first = await ticketOf();
      for (const secret of ['0009990001', 'T-77']) expect(first.ticket).not.toContain(secret);
      const calls: HandlerCall[] = [];
      of.provider(async (call) => {
        calls.push(call);
        return calls.length === 1 ? { kind: 'deferred', ticket: 'T-78' } : found();
      });
      const again = await of.asker().collect(first.ticket);
      if (again.outcome !== 'deferred') throw new Error(again.outcome);
      const last = await of.asker().collect(again.ticket, { officer: 'officer-9' });
      of.provider(found);
      expect(last.outcome).toBe('delivered');
      expect(calls.map(({ collects }) => collects)).toEqual([
        { requestId: first.requestId, ticket: 'T-77' },
        { requestId: first.requestId, ticket: 'T-78' },
      ]);
      expect(calls[1]?.subject.value).toBe('0009990001');
      await until(() => entriesOf(last.requestId).length === 3);
      for (const { requestId } of [again, last]) {
        expect(entriesOf(requestId)[0]).toMatchObject({ kind: 'requested', collects: first.requestId });
      }
    });

    test('may be collected twice: each is a request of its own', async () => {
      const { ticket } = await ticketOf();
      const [one, two] = await Promise.all([of.asker().collect(ticket), of.asker().collect(ticket)]);
      expect([one?.outcome, two?.outcome]).toEqual(['delivered', 'delivered']);
      expect(one?.requestId).not.toBe(two?.requestId);
    });

    test('is nobody else’s to collect, and no altered ticket is believed', async () => {
      const { ticket } = await ticketOf();
      const other = await of.other();
      const altered = `${ticket.slice(0, -6)}${ticket.endsWith('A') ? 'B' : 'A'}${ticket.slice(-5)}`;
      for (const end of [
        other.collect(ticket),
        of.asker().collect(altered),
        of.asker().collect('T-77'),
        of.asker().collect(''),
      ]) {
        expect(await end).toMatchObject({ outcome: 'refused', code: 'ticket-unreadable', by: { kind: 'kit' } });
      }
    });

    test('says a ticket without a first request, or the reverse, is malformed', async () => {
      const { requestId } = await ticketOf();
      const request = await of.raw().make({ collects: parseRequestId(requestId) });
      expect(await of.raw().send(request)).toMatchObject({ code: 'malformed-message', by: 'provider' });
    });
  });
};
