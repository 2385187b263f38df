import type { Duplex as NodeDuplex } from 'node:stream';
import { type ClientOptions, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  type AcknowledgeRequest,
  type AcknowledgeResponse,
  AdapterServiceClient,
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
import { duplexOf, incoming, writer } from './duplex.ts';
import { fromStatus, MAX_MESSAGE_BYTES } from './errors.ts';
import type { Duplex } from './face.ts';
import { peerOf } from './peer.ts';
import { KEEPALIVE } from './tls.ts';

export interface CallOptions {
  readonly timeoutMs: number;
  readonly traceparent?: string;
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
  close(): void;
}

const CHUNK_BYTES = 64 * 1024;

/** Connects to a gateway at host:port. As server only `spiffe://<trust domain>/gateway/*` is accepted: `not-a-gateway` otherwise. */
export function connectGateway(of: {
  readonly address: string;
  readonly tls: TlsIdentity;
  readonly trustDomain: string;
}): GatewayConnection {
  const { address, tls, trustDomain } = of;
  let gateway: GatewayId | undefined;
  let imposter = false;
  const secure = credentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert), {
    // Host names say nothing here: who answers is the SPIFFE id alone. The chain itself has been verified by now.
    checkServerIdentity: (_, certificate) => {
      const peer = peerOf(certificate.subjectaltname, trustDomain);
      imposter = peer?.kind !== 'gateway';
      if (peer?.kind !== 'gateway') return new Error('not a gateway');
      gateway = peer.id;
      return undefined;
    },
  });
  const options: ClientOptions = {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.ssl_target_name_override': 'gateway.wasl.internal',
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    ...KEEPALIVE,
  };
  const links = new LinkServiceClient(address, secure, options);
  const shared = { ...options, channelOverride: links.getChannel() };
  const requests = new RequestServiceClient(address, secure, shared);
  const adapters = new AdapterServiceClient(address, secure, shared);

  const failure = (error: unknown): WaslError => {
    if (error instanceof WaslError) return error;
    if (imposter) return new WaslError('not-a-gateway', { address }, { cause: error });
    return fromStatus(error as ServiceError);
  };
  const metadataOf = ({ traceparent }: CallOptions): Metadata => {
    const metadata = new Metadata();
    if (traceparent !== undefined) metadata.set('traceparent', traceparent);
    return metadata;
  };
  const deadlineOf = ({ timeoutMs }: CallOptions): { deadline: number } => ({ deadline: Date.now() + timeoutMs });
  const called = <T>(start: (done: (error: ServiceError | null, value: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      start((error, value) => (error === null ? resolve(value) : reject(failure(error))));
    });

  return {
    address,
    announce: async (call) => {
      const {
        gateway: named,
        boot,
        timeMs,
      } = await called<{ gateway: string; boot: string; timeMs: bigint }>((done) =>
        links.announce({}, metadataOf(call), deadlineOf(call), done),
      );
      if (gateway === undefined || named !== gateway) throw new WaslError('not-a-gateway', { address });
      return { gateway, boot: parseBootId(boot), timeMs: Number(timeMs) };
    },
    followRegistry: (signal) => {
      const stream = links.followRegistry({});
      signal.addEventListener('abort', () => stream.cancel());
      return incoming<FollowRegistryResponse>(stream, (error) => (signal.aborted ? undefined : failure(error)));
    },
    request: (message, call) => called((done) => requests.request(message, metadataOf(call), deadlineOf(call), done)),
    acknowledge: (message, call) =>
      called((done) => requests.acknowledge(message, metadataOf(call), deadlineOf(call), done)),
    attach: (signal) => {
      const stream = adapters.attach();
      signal.addEventListener('abort', () => stream.cancel());
      return duplexOf(stream as unknown as NodeDuplex, (error) => (signal.aborted ? undefined : failure(error)));
    },
    upload: async (start, sealed, call) => {
      let write: ReturnType<typeof writer> | undefined;
      let end: () => void = () => undefined;
      const answered = called<UploadResponse>((done) => {
        const stream = adapters.upload(metadataOf(call), deadlineOf(call), done);
        write = writer(stream);
        end = () => stream.end();
      });
      answered.catch(() => undefined);
      try {
        await write?.({ message: { $case: 'start', value: start } });
        for (let at = 0; at < sealed.length; at += CHUNK_BYTES) {
          await write?.({ message: { $case: 'chunk', value: Buffer.from(sealed.subarray(at, at + CHUNK_BYTES)) } });
        }
        end();
      } catch {
        // The stream ended under our hands; why stands in the call's own end.
      }
      return answered;
    },
    close: () => links.close(),
  };
}
