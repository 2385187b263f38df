import type { PeerCertificate } from 'node:tls';
import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import { WaslError } from '../../kernel/codes.ts';
import type { Logger } from '../log/index.ts';
import { toStatus } from './errors.ts';
import type { Caller } from './face.ts';
import { peerOf } from './peer.ts';

/** What every kind of call has. */
export type Surface = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext' | 'metadata' | 'cancelled'> &
  NodeJS.EventEmitter;

/** Why a call's signal is aborted. */
const OVER = new Error('the call is over');

export const certificateExpired = (holder: string, untilMs: number): WaslError =>
  new WaslError('certificate-expired', { holder, at: new Date(untilMs).toISOString() });

/** How a server of ours names its callers and its failures. */
export const makeCalls = (of: {
  readonly trustDomain: string;
  readonly log: Logger;
  readonly onUnauthenticated: (reason: string) => void;
}) => {
  const shown = new WeakMap<object, Pick<Caller, 'peer' | 'certificate'>>();
  const whoIs = (read: PeerCertificate | undefined): Pick<Caller, 'peer' | 'certificate'> => {
    const peer = peerOf(read?.subjectaltname, of.trustDomain);
    if (read === undefined || peer === undefined) {
      of.onUnauthenticated('no-spiffe-id');
      throw new WaslError('certificate-untrusted');
    }
    const dates = { fromMs: Date.parse(read.valid_from), untilMs: Date.parse(read.valid_to) };
    const who = { peer, certificate: { serial: read.serialNumber, ...dates } };
    shown.set(read, who);
    return who;
  };
  const callerOf = (call: Surface): Caller => {
    const read = call.getAuthContext()?.sslPeerCertificate;
    const { peer, certificate } = (read && shown.get(read)) ?? whoIs(read);
    // TLS looks at it when the connection is opened, and never again.
    if (!(certificate.untilMs > Date.now())) {
      of.onUnauthenticated('certificate-not-in-force');
      throw certificateExpired(peer.id, certificate.untilMs);
    }
    let ended: AbortController | undefined;
    const traceparent = call.metadata.get('traceparent')[0];
    return {
      peer,
      certificate,
      // Few calls ask for it, and each that has one pays for an abort at its end; the reason stands ready, for one made each time costs a stack trace.
      get signal() {
        if (ended === undefined) {
          const made = new AbortController();
          call.on('cancelled', () => made.abort(OVER));
          if (call.cancelled) made.abort(OVER);
          ended = made;
        }
        return ended.signal;
      },
      ...(typeof traceparent === 'string' && /^[0-9a-f-]{55}$/.test(traceparent) ? { traceparent } : {}),
    };
  };
  const failed = (error: unknown): ReturnType<typeof toStatus> => {
    if (!(error instanceof WaslError)) of.log.error({ err: error }, 'a call failed in a way nobody planned for');
    return toStatus(error);
  };
  const withCaller = async <T>(call: Surface, handle: (caller: Caller) => Promise<T>): Promise<T> =>
    handle(callerOf(call));
  const answer =
    <I, O>(handle: (request: I, call: Surface) => Promise<O>): handleUnaryCall<I, O> =>
    (call, callback) => {
      handle(call.request, call as unknown as Surface).then(
        (value) => callback(null, value),
        (error: unknown) => callback(failed(error)),
      );
    };
  return {
    failed,
    withCaller,
    /** For a caller with a certificate. */
    unary: <I, O>(handle: (request: I, caller: Caller) => Promise<O>): handleUnaryCall<I, O> =>
      answer((request, call) => withCaller(call, (caller) => handle(request, caller))),
    /** For a caller that has none yet. */
    unnamed: <I, O>(handle: (request: I) => Promise<O>): handleUnaryCall<I, O> => answer((request) => handle(request)),
  };
};
