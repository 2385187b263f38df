import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { CODES, type Code, type Kind, WaslError } from '../../kernel/codes.ts';
import { decodeDetails, encodeDetails } from './status-details.ts';
import { NOT_THE_SERVER } from './tls.ts';

/** A sealed document of 16 MiB in base64url, its statement and receipts. */
export const MAX_MESSAGE_BYTES = 24 * 1024 * 1024;

/** The largest message that a gateway takes: a statement with its private part, or with a document of 64 KiB, or a chunk. */
export const MAX_TAKEN_BYTES = 256 * 1024;

const DETAILS = 'grpc-status-details-bin';

const STATUS_OF_KIND: Readonly<Record<Kind, status>> = {
  refused: status.FAILED_PRECONDITION,
  'not-found': status.NOT_FOUND,
  deferred: status.ABORTED,
  unavailable: status.UNAVAILABLE,
  failure: status.INTERNAL,
  usage: status.INVALID_ARGUMENT,
};

/** Where gRPC has a word that says more than the kind. */
const STATUS_OF_CODE: Readonly<Partial<Record<Code, status>>> = {
  'certificate-untrusted': status.UNAUTHENTICATED,
  'identity-mismatch': status.PERMISSION_DENIED,
  'malformed-message': status.INVALID_ARGUMENT,
  'message-too-large': status.RESOURCE_EXHAUSTED,
  'deadline-exceeded': status.DEADLINE_EXCEEDED,
};

/** The one translation of a failure to gRPC. What is not ours becomes `internal`, without its text. */
export const toStatus = (error: unknown): StatusObject => {
  const { code, params } = error instanceof WaslError ? error : new WaslError('internal');
  const grpcStatus = STATUS_OF_CODE[code] ?? STATUS_OF_KIND[CODES[code].kind];
  const metadata = new Metadata();
  metadata.set(DETAILS, Buffer.from(encodeDetails(grpcStatus, code, params)));
  return { code: grpcStatus, details: new WaslError(code, params).message, metadata };
};

/** And back. A status without our details is the library's own, or the network's. */
export const fromStatus = (error: ServiceError, address: string): WaslError => {
  const [details] = error.metadata?.get(DETAILS) ?? [];
  const told = details instanceof Uint8Array ? decodeDetails(details) : undefined;
  if (told !== undefined) return new WaslError(told.code, told.params, { cause: error });
  const code = codeOf(error.code, error.details ?? '');
  return new WaslError(code, PARAMS_OF_CODE[code]?.(address, error.details ?? '') ?? {}, { cause: error });
};

const PARAMS_OF_CODE: Readonly<
  Partial<Record<Code, (address: string, text: string) => Record<string, string | number>>>
> = {
  'not-a-gateway': (address) => ({ address }),
  'not-the-registry': (address) => ({ address }),
  'message-too-large': (_, text) => ({ limit: Number(/larger than max \(\d+ vs\.? (\d+)\)/.exec(text)?.[1] ?? 0) }),
  'malformed-message': () => ({ what: 'gRPC response' }),
};

/** What Node and OpenSSL say of a certificate that either side does not accept. */
const CERTIFICATE = /certificate|alert (unknown ca|access denied)/i;

const codeOf = (grpcStatus: status | undefined, text: string): Code => {
  switch (grpcStatus) {
    case status.DEADLINE_EXCEEDED:
      return 'deadline-exceeded';
    case status.RESOURCE_EXHAUSTED:
      // The library says this of an HTTP/2 stream that was throttled as well.
      return text.includes('larger than') ? 'message-too-large' : 'gateway-unreachable';
    case status.UNAUTHENTICATED:
      return 'certificate-untrusted';
    case status.UNAVAILABLE:
      if (text.includes(NOT_THE_SERVER.gateway)) return 'not-a-gateway';
      if (text.includes(NOT_THE_SERVER.registry)) return 'not-the-registry';
      return CERTIFICATE.test(text) ? 'certificate-untrusted' : 'gateway-unreachable';
    case status.CANCELLED:
      return 'gateway-unreachable';
    case status.INTERNAL:
      return text.startsWith('Response message parsing error') ? 'malformed-message' : 'internal';
    default:
      return 'internal';
  }
};
