import type { Duplex } from 'node:stream';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  Server,
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
import type { TlsIdentity } from '../crypto/index.ts';
import type { Logger } from '../log/index.ts';
import { makeCalls, type Surface } from './calls.ts';
import { askMethod, sendAnswer, uploadMethod } from './chunks.ts';
import { addConformance, type ConformanceHandlers } from './conformance.ts';
import { duplexOf, incoming, writer } from './duplex.ts';
import { MAX_MESSAGE_BYTES, MAX_TAKEN_BYTES } from './errors.ts';
import type { ExchangeHandlers } from './face.ts';
import { addHealthAndReflection } from './health.ts';
import { listenOn } from './listen.ts';
import { KEEPALIVE, serverTls } from './tls.ts';

export interface RpcServerOptions {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  readonly tls: TlsIdentity;
  readonly trustDomain: string;
  readonly handlers: ExchangeHandlers;
  /** Of the gateway `conformance` alone. */
  readonly conformance?: ConformanceHandlers;
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
/** Starts the gateway's gRPC server. Peers without a certificate of our authority never get past TLS. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { handlers, tls, trustDomain, log } = options;
  const server = new Server({
    'grpc.max_receive_message_length': MAX_TAKEN_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    ...KEEPALIVE,
  });

  const calls = makeCalls({ trustDomain, log, onUnauthenticated: options.onUnauthenticated });
  const { withCaller, failed, unary } = calls;
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
  if (options.conformance !== undefined) addConformance(server, options.conformance, calls);
  const setServing = addHealthAndReflection(server);

  const { address, stop } = await listenOn(server, options.listen, serverTls(tls), options.onUnauthenticated);
  return {
    address,
    setServing,
    stop: async (graceMs) => {
      setServing(false);
      await stop(graceMs);
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
