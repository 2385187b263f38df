import { setTimeout as wait } from 'node:timers/promises';
import type { AttachRequest, AttachResponse } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import { primitives } from '../../services/platform/crypto/index.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import type { Duplex } from '../../services/platform/rpc/face.ts';
import type { Answered, makeAnswer } from './answer.ts';
import { readOffer } from './check-offer.ts';
import type { Journal } from './journal/index.ts';
import type { Link, Reached } from './link.ts';
import { backoffMs, pause } from './pause.ts';

/** A sealed document above this goes by Upload; the rest of the message fits beside it in 64 KiB. */
const MAX_INLINE_BYTES = 48 * 1024;
const UPLOAD_MS = 60_000;
/** How long a gateway may take to read what was written before the connection is closed, and to say that a stream is drained: an older one never does. */
const LEAVING_MS = 2_000;

export interface ProviderOptions {
  readonly documentTypes: readonly string[];
  /** Names this replica in logs and status. */
  readonly replica: string;
  /** Offers taken at once, over one gateway. */
  readonly credits: number;
  readonly answers: ReturnType<typeof makeAnswer>;
  readonly journal: Journal;
  readonly log: Logger;
}

export interface Provider {
  /**
   * Keeps a stream open to the gateway that a link reached, until that connection ends. Once it is welcomed, an earlier one of that link is drained and
   * ended: so there is always one that takes offers.
   */
  attach(link: Link, reached: Reached): void;
  /** Streams that a gateway has welcomed. */
  attached(): number;
  inHand(): number;
  /** Takes nothing new; resolves when nothing is in hand. */
  drain(): Promise<void>;
}

/** One stream to a gateway. */
interface Held {
  readonly link: Link;
  readonly stream: Duplex<AttachResponse, AttachRequest>;
  readonly inHand: Set<Promise<void>>;
  /** Aborts when the gateway has said that nothing more comes, or the stream has ended. */
  readonly drained: AbortController;
  welcomed: boolean;
  /** Resolves once it has been drained and ended on our side; undefined while it takes offers. */
  resting?: Promise<void>;
}

const settle = async (works: ReadonlySet<Promise<void>>): Promise<void> => {
  while (works.size > 0) await Promise.all(works);
};

export const makeProvider = (options: ProviderOptions): Provider => {
  const { documentTypes, replica, credits, answers, journal, log } = options;
  const streams = new Set<Held>();
  const inHand = new Set<Promise<void>>();
  const serving = new Set<Promise<void>>();
  let draining = false;

  const takeInHand = ({ inHand: own }: Held, work: Promise<void>): void => {
    const watched: Promise<void> = work.finally(() => {
      inHand.delete(watched);
      own.delete(watched);
    });
    inHand.add(watched);
    own.add(watched);
  };

  /** Takes nothing new over a stream, and ends it when nothing more is to come and all that came has been answered. */
  const rest = (held: Held): Promise<void> => {
    held.resting ??= (async () => {
      const { stream, inHand: own, drained } = held;
      await stream.write({ message: { $case: 'credit', value: { credits: 0 } } }).catch(() => undefined);
      // An offer may be on its way: only the gateway knows when there is none.
      do {
        await settle(own);
        await pause(LEAVING_MS, drained.signal);
      } while (own.size > 0);
      // An answer that was written has not left yet: the gateway ends its side once it has read all.
      stream.end();
    })();
    return held.resting;
  };

  const reply = async (
    link: Link,
    stream: Duplex<AttachResponse, AttachRequest>,
    requestId: string,
    made: Answered,
  ) => {
    const { statement, sealed } = made;
    if (sealed.length > MAX_INLINE_BYTES) {
      await link.connection.upload({ requestId, statement, sealedBytes: sealed.length }, sealed, {
        timeoutMs: UPLOAD_MS,
      });
      return;
    }
    const value = { requestId, statement, sealedDocument: Buffer.from(sealed) };
    await stream.write({ message: { $case: 'answer', value } });
  };

  const serve = async (held: Held): Promise<void> => {
    const { link, stream } = held;
    const cancels = new Map<string, AbortController>();
    let taken = 0;
    for await (const { message } of stream.incoming) {
      if (message?.$case === 'welcome') {
        held.welcomed = true;
        log.info({ gateway: message.value.gateway, documentTypes }, 'attached');
        for (const other of streams) if (other !== held && other.link === link) void rest(other);
      } else if (message?.$case === 'offer') {
        const offer = message.value;
        const read = readOffer(offer.statement);
        if (read === undefined) {
          log.error({}, 'an offer cannot be read, and so cannot be answered');
          continue;
        }
        const { request } = read;
        if (taken >= credits) {
          log.warn({ requestId: request.id, credits }, 'an offer beyond the credits');
          // One at a time: whoever offers too much waits.
          await answers
            .busy(read, offer)
            .then((made) => reply(link, stream, offer.requestId, made))
            .catch((error: unknown) => log.warn({ err: error, requestId: request.id }, 'nor could that be said'));
          continue;
        }
        taken += 1;
        log.info({ requestId: request.id, traceparent: offer.traceparent }, 'offered');
        const cancel = new AbortController();
        cancels.set(request.id, cancel);
        const work = answers
          .answer(read, offer, cancel.signal)
          .then((made) => reply(link, stream, offer.requestId, made))
          .catch((error: unknown) => log.error({ err: error, requestId: request.id }, 'an answer did not leave'))
          .finally(() => {
            taken -= 1;
            cancels.delete(request.id);
          });
        takeInHand(held, work);
        // Offers that came together go on one after the other, not as one crowd of which each waits for all.
        await primitives.breathe();
      } else if (message?.$case === 'cancel') cancels.get(message.value.requestId)?.abort();
      else if (message?.$case === 'recorded') {
        const { requestId, answeredReceipt: receipt } = message.value;
        const kept = journal
          .append({ kind: 'receipt', requestId, receipt })
          .then(() => undefined)
          .catch((error: unknown) => log.error({ err: error, requestId }, 'a receipt could not be kept'));
        takeInHand(held, kept);
      } else if (message?.$case === 'declined') log.error(message.value, 'the gateway did not take an answer');
      else if (message?.$case === 'drained') held.drained.abort();
    }
  };

  const keep = async (link: Link, { until, left }: Reached): Promise<void> => {
    for (let attempt = 0; !until.aborted && !left.aborted && !draining; attempt += 1) {
      const stream = link.connection.attach(until);
      const held: Held = { link, stream, inHand: new Set(), drained: new AbortController(), welcomed: false };
      streams.add(held);
      try {
        await stream.write({
          message: { $case: 'hello', value: { documentTypes: [...documentTypes], credits, replica } },
        });
        const served = serve(held);
        const settled = served.then(
          () => undefined,
          () => undefined,
        );
        serving.add(settled);
        await served.finally(() => serving.delete(settled));
      } catch (error) {
        if (!until.aborted) log.warn({ err: error }, 'the stream to the gateway ended; attaching again');
      } finally {
        streams.delete(held);
        held.drained.abort();
      }
      await pause(backoffMs(attempt), AbortSignal.any([until, left]));
    }
  };

  return {
    attach: (link, reached) => reached.hold(keep(link, reached)),
    attached: () => [...streams].filter(({ welcomed, resting }) => welcomed && resting === undefined).length,
    inHand: () => inHand.size,
    drain: async () => {
      draining = true;
      await Promise.all([...streams].map(rest));
      await settle(inHand);
      await Promise.race([Promise.all(serving), wait(LEAVING_MS, undefined, { ref: false })]);
    },
  };
};
