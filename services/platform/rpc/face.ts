import type {
  AcknowledgeRequest,
  AcknowledgeResponse,
  AnnounceRequest,
  AnnounceResponse,
  AttachRequest,
  AttachResponse,
  FollowRegistryRequest,
  FollowRegistryResponse,
  RequestRequest,
  RequestResponse,
  UploadRequest,
  UploadResponse,
} from '../../../proto/gen/wasl/exchange/v1/exchange.ts';
import type { Dates } from '../../kernel/certificate-dates.ts';
import type { Peer } from '../../kernel/ids.ts';

/** Who calls, by certificate. `signal` aborts when the call is over: cancelled, its connection lost, or all of its answer sent. */
export interface Caller {
  readonly peer: Peer;
  /** Of its certificate: the number by which its issuer knows it (hex), and when it counts. No call begins after that. */
  readonly certificate: Dates & { readonly serial: string };
  readonly signal: AbortSignal;
  /** W3C trace context; for logs, carries no authority. */
  readonly traceparent?: string;
}

/** Both directions of a stream. `write` resolves once the stream takes more, and rejects when it has ended. */
export interface Duplex<In, Out> {
  readonly incoming: AsyncIterable<In>;
  write(message: Out): Promise<void>;
  end(): void;
}

/** What a gateway does for its callers. A thrown WaslError reaches the caller as its code; anything else as `internal`. */
export interface ExchangeHandlers {
  announce(request: AnnounceRequest, caller: Caller): Promise<AnnounceResponse>;
  followRegistry(
    request: FollowRegistryRequest,
    caller: Caller,
    write: (message: FollowRegistryResponse) => Promise<void>,
  ): Promise<void>;
  request(request: RequestRequest, caller: Caller): Promise<RequestResponse>;
  acknowledge(request: AcknowledgeRequest, caller: Caller): Promise<AcknowledgeResponse>;
  attach(stream: Duplex<AttachRequest, AttachResponse>, caller: Caller): Promise<void>;
  /** MUST hold `incoming` to the size stated first: it also ends when the caller gives up. */
  upload(incoming: AsyncIterable<UploadRequest>, caller: Caller): Promise<UploadResponse>;
}
