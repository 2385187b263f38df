import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import {
  AdapterServiceService,
  LinkServiceService,
  RequestServiceService,
} from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { TlsIdentity } from '../crypto/index.ts';
import type { Logger } from '../log/index.ts';
import { duplexOf, incoming, writer } from './duplex.ts';
import { MAX_MESSAGE_BYTES, toStatus } from './errors.ts';
import type { Caller, ExchangeHandlers } from './face.ts';
import { peerOf } from './peer.ts';
import { KEEPALIVE } from './tls.ts';

export interface RpcServerOptions {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  readonly tls: TlsIdentity;
  readonly trustDomain: string;
  readonly handlers: ExchangeHandlers;
  readonly log: Logger;
  /** Told of each call of a peer whose certificate names nobody. */
  readonly onUnauthenticated: (reason: string) => void;
}

export interface RpcServer {
  readonly address: string;
  setServing(serving: boolean): void;
  /** Takes no new calls, lets those in flight end within `graceMs`, then cuts them off. */
  stop(graceMs: number): Promise<void>;
}

/** What every kind of call has. */
type Surface = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext' | 'metadata'> & NodeJS.EventEmitter;

/** Starts the gateway's gRPC server. Peers without a certificate of our authority never get past TLS. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { handlers, tls, trustDomain, log } = options;
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    ...KEEPALIVE,
  });

  const callerOf = (call: Surface): Caller => {
    const peer = peerOf(call.getAuthContext()?.sslPeerCertificate?.subjectaltname, trustDomain);
    if (peer === undefined) {
      options.onUnauthenticated('no-spiffe-id');
      throw new WaslError('certificate-untrusted');
    }
    const ended = new AbortController();
    call.on('cancelled', () => ended.abort());
    const traceparent = call.metadata.get('traceparent')[0];
    return {
      peer,
      signal: ended.signal,
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
      (error: unknown) => call.destroy(failed(error) as unknown as Error),
    );
  };
  const attach: handleBidiStreamingCall<never, never> = (call) => {
    withCaller(call as unknown as Surface, (caller) =>
      handlers.attach(
        duplexOf(call as unknown as Duplex, (error) =>
          caller.signal.aborted || isClosed(error) ? undefined : asError(error),
        ),
        caller,
      ),
    ).then(
      () => call.end(),
      (error: unknown) => call.emit('error', failed(error)),
    );
  };
  const upload: handleClientStreamingCall<never, object> = (call, callback) => {
    withCaller(call as unknown as Surface, (caller) => handlers.upload(incoming(call, asError), caller)).then(
      (value) => callback(null, value),
      (error: unknown) => callback(failed(error)),
    );
  };

  server.addService(forgiving(LinkServiceService), { announce: unary(handlers.announce), followRegistry });
  server.addService(forgiving(RequestServiceService), {
    request: unary(handlers.request),
    acknowledge: unary(handlers.acknowledge),
  });
  server.addService(forgiving(AdapterServiceService), { attach, upload });
  const health = new HealthImplementation({ '': 'NOT_SERVING' });
  health.addToServer(server);
  new ReflectionService(
    loadSync('wasl/exchange/v1/exchange.proto', {
      includeDirs: [fileURLToPath(new URL('../../../proto/', import.meta.url))],
    }),
  ).addToServer(server);

  const credentials = ServerCredentials.createSsl(
    Buffer.from(tls.ca),
    [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
    true,
  );
  const host = options.listen.slice(0, options.listen.lastIndexOf(':'));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(options.listen, credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return {
    address: `${host}:${port}`,
    setServing: (serving) => health.setStatus('', serving ? 'SERVING' : 'NOT_SERVING'),
    stop: async (graceMs) => {
      health.setStatus('', 'NOT_SERVING');
      const cut = setTimeout(() => server.forceShutdown(), graceMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(cut);
    },
  };
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new WaslError('internal'));
const isClosed = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';

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
