import type { RequestResponse } from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { AgencyId, BootId, GatewayId } from '../../kernel/ids.ts';
import type { Logger } from '../../platform/log/index.ts';
import type { RegistryHolder } from '../../platform/registry/holder.ts';
import { type Caller, certificateExpired, type ExchangeHandlers } from '../../platform/rpc/index.ts';
import type { Budget } from '../domain/budget.ts';
import type { Exchange } from '../domain/exchange.ts';
import type { Exchanged } from '../domain/ports.ts';
import { abortAt } from './abort-at.ts';
import { serveAttach, serveUpload } from './attach.ts';
import type { Sessions } from './sessions.ts';

export interface HandlerParts {
  readonly gateway: GatewayId;
  readonly boot: BootId;
  readonly exchange: Exchange;
  readonly acknowledge: (peer: AgencyId, statement: string) => Promise<string>;
  readonly registry: RegistryHolder;
  readonly sessions: Sessions;
  readonly documents: Budget;
  readonly log: Logger;
  readonly now: () => number;
  readonly draining: () => boolean;
  /** Aborts when the streams that kits keep open must end. */
  readonly closing: AbortSignal;
  /** Holds a request until it has ended, so that stopping can wait for it. */
  readonly inFlight: Set<Promise<unknown>>;
  readonly onExchanged: (exchanged: Exchanged, tookMs: number) => void;
}

/** What the wire says, translated to the decisions and back. */
export const makeHandlers = (parts: HandlerParts): ExchangeHandlers => {
  const { gateway, boot, exchange, acknowledge, registry, sessions, documents, log, now, draining } = parts;
  const agencyOf = ({ peer, certificate }: Caller): AgencyId => {
    if (peer.kind !== 'agency') throw new WaslError('identity-mismatch', { agency: peer.id });
    registry.admit(peer.id, certificate);
    return peer.id;
  };
  /** Runs a stream that stays open, until an agency that is shut out meanwhile, or whose certificate expires, hears so. */
  const whileAdmitted = async (
    agency: AgencyId,
    { certificate }: Caller,
    serve: (over: AbortSignal) => Promise<void>,
  ): Promise<void> => {
    const watched = registry.watch(agency, certificate);
    const expiry = abortAt(certificate.untilMs, () => certificateExpired(agency, certificate.untilMs));
    const signal = AbortSignal.any([watched.signal, expiry.signal]);
    const cut = new Promise<never>((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    try {
      await Promise.race([serve(signal), cut]);
    } finally {
      watched.forget();
      expiry.forget();
    }
  };
  const refuseWhileDraining = (): void => {
    if (draining()) throw new WaslError('gateway-draining');
  };
  return {
    announce: async (_, caller) => {
      agencyOf(caller);
      refuseWhileDraining();
      return { gateway, boot, timeMs: BigInt(now()) };
    },
    followRegistry: (_, caller, write) => {
      const agency = agencyOf(caller);
      return whileAdmitted(agency, caller, (over) =>
        registry.stream(agency, AbortSignal.any([caller.signal, parts.closing, over]), write),
      );
    },
    request: async ({ statement, privatePart }, caller) => {
      const peer = agencyOf(caller);
      refuseWhileDraining();
      const { traceparent } = caller;
      const started = performance.now();
      const over = ending(caller.signal);
      const trace = traceparent === undefined ? {} : { traceparent };
      const work = exchange({ peer, statement, privatePart, over, ...trace });
      parts.inFlight.add(work);
      const exchanged = await work.finally(() => parts.inFlight.delete(work));
      const tookMs = performance.now() - started;
      parts.onExchanged(exchanged, tookMs);
      const { requestId } = exchanged;
      const end = exchanged.kind === 'refusal' ? exchanged.code : 'answered';
      log.info({ requestId, traceparent, requester: peer, end, tookMs: Math.round(tookMs) }, 'a request has ended');
      return toWire(exchanged);
    },
    acknowledge: async ({ statement }, caller) => ({ receipt: await acknowledge(agencyOf(caller), statement) }),
    attach: async (stream, caller) => {
      const agency = agencyOf(caller);
      refuseWhileDraining();
      const provides = (by: AgencyId, documentType: string): boolean =>
        registry
          .copy()
          ?.documentTypes()
          .some(({ id, provider }) => id === documentType && provider === by) ?? false;
      const { serial } = caller.certificate;
      const serving = {
        sessions,
        documents,
        log: log.child({ certificate: serial }),
        welcome: { gateway, boot },
        provides,
      };
      parts.closing.addEventListener('abort', stream.end);
      // What has ended is not held on to: a replica may attach as often as it likes.
      const over = (): void => parts.closing.removeEventListener('abort', stream.end);
      return whileAdmitted(agency, caller, () => serveAttach(serving, agency, stream)).finally(over);
    },
    upload: (incoming, caller) => serveUpload({ sessions, documents }, agencyOf(caller), incoming),
  };
};

const ending = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

const toWire = (exchanged: Exchanged): RequestResponse => {
  if (exchanged.kind === 'refusal') {
    const { statement, receipt, requestedReceipt } = exchanged;
    return { result: { $case: 'refusal', value: { statement, receipt, requestedReceipt } } };
  }
  const { statement, requestedReceipt, answeredReceipt } = exchanged;
  const { buffer, byteOffset, byteLength } = exchanged.sealedDocument;
  // A view: a large document is not copied once more.
  const sealedDocument = Buffer.from(buffer, byteOffset, byteLength);
  return { result: { $case: 'answer', value: { statement, sealedDocument, requestedReceipt, answeredReceipt } } };
};
