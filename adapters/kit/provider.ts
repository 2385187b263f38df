import { setTimeout as wait } from 'node:timers/promises';
import type { AttachRequest, AttachResponse } from '../../proto/gen/wasl/exchange/v1/exchange.ts';
import type { Logger } from '../../services/platform/log/index.ts';
import type { Duplex } from '../../services/platform/rpc/face.ts';
import type { Answered, makeAnswer } from './answer.ts';
import { readOffer } from './check-offer.ts';
import type { Journal } from './journal/index.ts';
import { backoffMs, type Link, pause, type Reached } from './link.ts';

/** A sealed document above this goes by Upload; the rest of the message fits beside it in 64 KiB. */
const MAX_INLINE_BYTES = 48 * 1024;
const UPLOAD_MS = 60_000;
/** How long a gateway may take to read what was written before the connection is closed. */
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
  /** Keeps a stream open to the gateway that a link reached, until that connection ends. */
  attach(link: Link, reached: Reached): void;
  /** Streams that a gateway has welcomed. */
  attached(): number;
  inHand(): number;
  /** Takes nothing new; resolves when nothing is in hand. */
  drain(): Promise<void>;
}

export const makeProvider = (options: ProviderOptions): Provider => {
  const { documentTypes, replica, credits, answers, journal, log } = options;
  const streams = new Set<Duplex<AttachResponse, AttachRequest>>();
  const inHand = new Set<Promise<void>>();
  const serving = new Set<Promise<void>>();
  let draining = false;
  const welcomed = new Set<Duplex<AttachResponse, AttachRequest>>();

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

  const serve = async (link: Link, stream: Duplex<AttachResponse, AttachRequest>): Promise<void> => {
    const cancels = new Map<string, AbortController>();
    let taken = 0;
    for await (const { message } of stream.incoming) {
      if (message?.$case === 'welcome') {
        welcomed.add(stream);
        log.info({ gateway: message.value.gateway, documentTypes }, 'attached');
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
            inHand.delete(work);
          });
        inHand.add(work);
      } else if (message?.$case === 'cancel') cancels.get(message.value.requestId)?.abort();
      else if (message?.$case === 'recorded') {
        const { requestId, answeredReceipt: receipt } = message.value;
        const kept = journal
          .append({ kind: 'receipt', requestId, receipt })
          .then(() => undefined)
          .catch((error: unknown) => log.error({ err: error, requestId }, 'a receipt could not be kept'))
          .finally(() => inHand.delete(kept));
        inHand.add(kept);
      } else if (message?.$case === 'declined') log.error(message.value, 'the gateway did not take an answer');
    }
  };

  const keep = async (link: Link, { until }: Reached): Promise<void> => {
    for (let attempt = 0; !until.aborted && !draining; attempt += 1) {
      const stream = link.connection.attach(until);
      streams.add(stream);
      try {
        await stream.write({
          message: { $case: 'hello', value: { documentTypes: [...documentTypes], credits, replica } },
        });
        const served = serve(link, stream);
        const settled = served.then(
          () => undefined,
          () => undefined,
        );
        serving.add(settled);
        await served.finally(() => serving.delete(settled));
      } catch (error) {
        if (!until.aborted) log.warn({ err: error }, 'the stream to the gateway ended; attaching again');
      } finally {
        streams.delete(stream);
        welcomed.delete(stream);
      }
      await pause(backoffMs(attempt), until);
    }
  };

  return {
    attach: (link, reached) => void keep(link, reached),
    attached: () => welcomed.size,
    inHand: () => inHand.size,
    drain: async () => {
      draining = true;
      for (const stream of streams) {
        await stream.write({ message: { $case: 'credit', value: { credits: 0 } } }).catch(() => undefined);
      }
      while (inHand.size > 0) await Promise.all(inHand);
      // An answer that was written has not left yet: a connection closed over it would lose it. The gateway ends its side once it has read all.
      for (const stream of streams) stream.end();
      await Promise.race([Promise.all(serving), wait(LEAVING_MS, undefined, { ref: false })]);
    },
  };
};
