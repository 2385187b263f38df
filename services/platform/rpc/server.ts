import type { Duplex } from 'node:stream';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import {
  AdapterServiceService,
  type AskRequest,
  type AskResponse,
  type AttachRequest,
  type AttachResponse,
  LinkServiceService,
  RequestServiceService,
  type UploadRequest,
} from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { Peer } from '../../kernel/ids.ts';
import type { TlsIdentity } from '../crypto/index.ts';
import type { Logger } from '../log/index.ts';
import { askMethod, sendAnswer, uploadMethod } from './chunks.ts';
import { duplexOf, incoming, writer } from './duplex.ts';
import { MAX_MESSAGE_BYTES, MAX_TAKEN_BYTES, toStatus } from './errors.ts';
import type { Caller, ExchangeHandlers } from './face.ts';
import { addHealthAndReflection } from './health.ts';
import { peerOf } from './peer.ts';
import { KEEPALIVE, prepareListeners, serverTls } from './tls.ts';

export interface RpcServerOptions {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  readonly tls: TlsIdentity;
  readonly trustDomain: string;
  readonly handlers: ExchangeHandlers;
  readonly log: Logger;
  /** Told of each handshake that was refused, and of each call of a peer whose certificate names nobody. */
  readonly onUnauthenticated: (reason: string) => void;
}

export interface RpcServer {
  readonly address: string;
  setServing(serving: boolean): void;
  /** Takes no new calls, lets those in flight end within `graceMs`, then cuts them off. */
  stop(graceMs: number): Promise<void>;
}

/** Calls at once on one connection; an agency that needs more opens a second. */
const MAX_STREAMS = 2_000;
/** Why a call's signal is aborted. */
const OVER = new Error('the call is over');

/** What every kind of call has. */
type Surface = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext' | 'metadata' | 'cancelled'> &
  NodeJS.EventEmitter;

/** Starts the gateway's gRPC server. Peers without a certificate of our authority never get past TLS. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { handlers, tls, trustDomain, log } = options;
  const server = new Server({
    'grpc.max_receive_message_length': MAX_TAKEN_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    ...KEEPALIVE,
  });

  const peers = new WeakMap<object, Peer>();
  const callerOf = (call: Surface): Caller => {
    const certificate = call.getAuthContext()?.sslPeerCertificate;
    const peer = (certificate && peers.get(certificate)) ?? peerOf(certificate?.subjectaltname, trustDomain);
    if (certificate !== undefined && peer !== undefined) peers.set(certificate, peer);
    if (peer === undefined) {
      options.onUnauthenticated('no-spiffe-id');
      throw new WaslError('certificate-untrusted');
    }
    let ended: AbortController | undefined;
    const traceparent = call.metadata.get('traceparent')[0];
    return {
      peer,
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
    if (!(error instanceof WaslError)) log.error({ err: error }, 'a call failed in a way nobody planned for');
    return toStatus(error);
  };
  const withCaller = async <T>(call: Surface, handle: (caller: Caller) => Promise<T>): Promise<T> =>
    handle(callerOf(call));

  const unary =
    <I, O>(handle: (request: I, caller: Caller) => Promise<O>): handleUnaryCall<I, O> =>
    (call, callback) => {
      withCaller(call as unknown as Surface, (caller) => handle(call.request, caller)).then(
        (value) => callback(null, value),
        (error: unknown) => callback(failed(error)),
      );
    };
  const followRegistry: handleServerStreamingCall<object, object> = (call) => {
    const write = writer<object>(call);
    withCaller(call as unknown as Surface, (caller) => handlers.followRegistry({}, caller, write)).then(
      () => call.end(),
      (error: unknown) => call.emit('error', failed(error)),
    );
  };
  const ask: handleServerStreamingCall<AskRequest, AskResponse> = (call) => {
    const write = writer<AskResponse>(call);
    withCaller(call as unknown as Surface, async (caller) =>
      sendAnswer(write, await handlers.request(call.request, caller)),
    ).then(
      () => call.end(),
      (error: unknown) => call.emit('error', failed(error)),
    );
  };
  const attach: handleBidiStreamingCall<never, never> = (call) => {
    // A replica that is gone has ended its stream; there is nothing more to say to it.
    const stream = duplexOf<AttachRequest, AttachResponse>(call as unknown as Duplex, () => undefined);
    withCaller(call as unknown as Surface, (caller) => handlers.attach(stream, caller)).then(
      () => call.end(),
      (error: unknown) => call.emit('error', failed(error)),
    );
  };
  const upload: handleClientStreamingCall<never, object> = (call, callback) => {
    // A caller that gives up may end the chunks early, or break them off: only the stated size says that they are all.
    const chunks = incoming<UploadRequest>(call, () => new WaslError('provider-lost'));
    withCaller(call as unknown as Surface, (caller) => handlers.upload(chunks, caller)).then(
      (value) => callback(null, value),
      (error: unknown) => callback(failed(error)),
    );
  };

  server.addService(forgiving(LinkServiceService), { announce: unary(handlers.announce), followRegistry });
  server.addService(forgiving({ ...RequestServiceService, ask: askMethod }), {
    request: unary(handlers.request),
    ask,
    acknowledge: unary(handlers.acknowledge),
  });
  server.addService(forgiving({ ...AdapterServiceService, upload: uploadMethod }), { attach, upload });
  const setServing = addHealthAndReflection(server);

  const host = options.listen.slice(0, options.listen.lastIndexOf(':'));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(options.listen, serverTls(tls), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  prepareListeners(server, options.onUnauthenticated);
  return {
    address: `${host}:${port}`,
    setServing,
    stop: async (graceMs) => {
      setServing(false);
      await new Promise<void>((resolve) => {
        const cut = setTimeout(() => {
          server.forceShutdown();
          // The library waits for ever for a connection that keepalive gave up in this very moment, so nobody waits for it.
          resolve();
        }, graceMs);
        server.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      });
    },
  };
}

/**
 * Bytes that are no such message are read as an empty one: it then reaches the handler, which refuses it as malformed and leaves
 * evidence, instead of ending inside the library.
 */
const forgiving = <T extends ServiceDefinition>(service: T): T =>
  Object.fromEntries(
    Object.entries(service).map(([name, method]) => [
      name,
      {
        ...method,
        requestDeserialize: (bytes: Buffer) => {
          try {
            return method.requestDeserialize(bytes);
          } catch {
            return method.requestDeserialize(Buffer.alloc(0));
          }
        },
      },
    ]),
  ) as T;
