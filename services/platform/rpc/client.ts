import type { Duplex as NodeDuplex } from 'node:stream';
import {
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import {
  type AcknowledgeRequest,
  type AcknowledgeResponse,
  AdapterServiceClient,
  type AnnounceResponse,
  type AskResponse,
  type AttachRequest,
  type AttachResponse,
  type FollowRegistryResponse,
  LinkServiceClient,
  type RequestRequest,
  type RequestResponse,
  RequestServiceClient,
  type UploadResponse,
  type UploadStart,
} from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import { WaslError } from '../../kernel/codes.ts';
import { type BootId, type GatewayId, parseBootId } from '../../kernel/ids.ts';
import type { TlsIdentity } from '../crypto/index.ts';
import { askMethod, sendUpload, takeAnswer, uploadMethod } from './chunks.ts';
import { duplexOf, incoming, writer } from './duplex.ts';
import { fromStatus, MAX_MESSAGE_BYTES } from './errors.ts';
import type { Duplex } from './face.ts';
import { peerOf } from './peer.ts';
import { clientTls, KEEPALIVE, WINDOW_BYTES } from './tls.ts';

export interface CallOptions {
  readonly timeoutMs: number;
  readonly traceparent?: string;
  /** Gives the call up. */
  readonly signal?: AbortSignal;
}

/** A channel to one gateway, which connects when first used and again after a loss. Rejections are WaslErrors. */
export interface GatewayConnection {
  readonly address: string;
  /** Whom we reached: the id stands in the certificate, and must be the one announced. */
  announce(
    options: CallOptions,
  ): Promise<{ readonly gateway: GatewayId; readonly boot: BootId; readonly timeMs: number }>;
  /** Ends, or throws, when the stream does. */
  followRegistry(signal: AbortSignal): AsyncIterable<FollowRegistryResponse>;
  request(message: RequestRequest, options: CallOptions): Promise<RequestResponse>;
  acknowledge(message: AcknowledgeRequest, options: CallOptions): Promise<AcknowledgeResponse>;
  attach(signal: AbortSignal): Duplex<AttachResponse, AttachRequest>;
  upload(start: UploadStart, sealed: Uint8Array, options: CallOptions): Promise<UploadResponse>;
  /** Resolves once every call that has begun, and is not a stream that stays open, is over. */
  settled(): Promise<void>;
  close(): void;
}

/** Connects to a gateway at host:port. As server only `spiffe://<trust domain>/gateway/*` is accepted: `not-a-gateway` otherwise. */
export function connectGateway(of: {
  readonly address: string;
  readonly tls: TlsIdentity;
  readonly trustDomain: string;
}): GatewayConnection {
  const { address, tls, trustDomain } = of;
  const secure = clientTls(tls, trustDomain, 'gateway');
  const options: ClientOptions = {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.ssl_target_name_override': 'gateway.wasl.internal',
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    // What is read from DNS or from the environment is no setting of ours.
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_http_proxy': 0,
    'grpc-node.flow_control_window': WINDOW_BYTES.call,
    ...KEEPALIVE,
  };
  const links = new LinkServiceClient(address, secure, options);
  const shared = { ...options, channelOverride: links.getChannel() };
  const requests = new RequestServiceClient(address, secure, shared);
  const adapters = new AdapterServiceClient(address, secure, shared);

  const failure = (error: unknown): WaslError =>
    error instanceof WaslError ? error : fromStatus(error as ServiceError, address);
  const metadataOf = ({ traceparent }: CallOptions): Metadata => {
    const metadata = new Metadata();
    if (traceparent !== undefined) metadata.set('traceparent', traceparent);
    return metadata;
  };
  const deadlineOf = ({ timeoutMs }: CallOptions): { deadline: number } => ({ deadline: Date.now() + timeoutMs });
  const underWay = new Set<Promise<void>>();
  const called = <T>(
    { signal }: CallOptions,
    start: (done: (error: ServiceError | WaslError | null, value: T) => void) => { cancel(): void },
  ): Promise<T> => {
    const call = new Promise<T>((resolve, reject) => {
      let leave = (): void => undefined;
      const done = (error: ServiceError | WaslError | null, value: T): void => {
        leave();
        if (error === null) resolve(value);
        else reject(failure(error));
      };
      try {
        leave = cancelOn(signal, start(done));
      } catch (cause) {
        // The channel has been closed.
        reject(new WaslError('gateway-unreachable', {}, { cause }));
      }
    });
    const over = (): void => void underWay.delete(watched);
    const watched = call.then(over, over);
    underWay.add(watched);
    return call;
  };

  return {
    address,
    announce: async (call) => {
      let asked: ClientUnaryCall | undefined;
      const announced = await called<AnnounceResponse>(call, (done) => {
        asked = links.announce({}, metadataOf(call), deadlineOf(call), done);
        return asked;
      });
      // The certificate of the connection that carried this very answer: the channel may have reconnected since.
      const peer = peerOf(asked?.getAuthContext()?.sslPeerCertificate?.subjectaltname, trustDomain);
      if (peer?.kind !== 'gateway' || peer.id !== announced.gateway) throw new WaslError('not-a-gateway', { address });
      return { gateway: peer.id, boot: parseBootId(announced.boot), timeMs: Number(announced.timeMs) };
    },
    followRegistry: (signal) => {
      const stream = links.followRegistry({});
      stream.once('status', cancelOn(signal, stream));
      return incoming<FollowRegistryResponse>(stream, (error) => (signal.aborted ? undefined : failure(error)));
    },
    request: (message, call) =>
      called(call, (done) => {
        const { path, requestSerialize, responseDeserialize } = askMethod;
        const stream = requests.makeServerStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          message,
          metadataOf(call),
          deadlineOf(call),
        );
        hearAnswer(stream, done);
        return stream;
      }),
    acknowledge: (message, call) =>
      called(call, (done) => requests.acknowledge(message, metadataOf(call), deadlineOf(call), done)),
    attach: (signal) => {
      const stream = adapters.attach();
      stream.once('status', cancelOn(signal, stream));
      return duplexOf(stream as unknown as NodeDuplex, (error) => (signal.aborted ? undefined : failure(error)));
    },
    upload: (start, sealed, call) =>
      called<UploadResponse>(call, (done) => {
        const { path, requestSerialize, responseDeserialize } = uploadMethod;
        const stream = adapters.makeClientStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          metadataOf(call),
          deadlineOf(call),
          (error, value) => done(error, value ?? {}),
        );
        // When the stream ends under our hands, why stands in the call's own end.
        sendUpload(writer(stream), start, sealed)
          .then(() => stream.end())
          .catch(() => undefined);
        return stream;
      }),
    settled: async () => {
      await Promise.all(underWay);
    },
    close: () => links.close(),
  };
}

/** Hears an answer to its end; a caller that is told something else hangs up. */
const hearAnswer = (
  stream: ClientReadableStream<AskResponse>,
  done: (error: ServiceError | WaslError | null, value: RequestResponse) => void,
): void => {
  const answer = takeAnswer(MAX_MESSAGE_BYTES);
  const nothing = { result: undefined };
  const step = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      done(error as WaslError, nothing);
      stream.cancel();
    }
  };
  stream.on('data', (message: AskResponse) => step(() => answer.take(message)));
  stream.on('error', (error: ServiceError) => done(error, nothing));
  stream.on('end', () => step(() => done(null, answer.whole())));
};

/** Cancels the call once the signal aborts; what is returned forgets about it. */
const cancelOn = (signal: AbortSignal | undefined, call: { cancel(): void }): (() => void) => {
  const cancel = (): void => call.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  return () => signal?.removeEventListener('abort', cancel);
};
