import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { CODES, type Kind, WaslError } from '../../kernel/codes.ts';
import { decodeDetails, encodeDetails } from './status-details.ts';

const DETAILS = 'grpc-status-details-bin';

const STATUS_OF_KIND: Readonly<Record<Kind, status>> = {
  refused: status.FAILED_PRECONDITION,
  'not-found': status.NOT_FOUND,
  deferred: status.ABORTED,
  unavailable: status.UNAVAILABLE,
  failure: status.INTERNAL,
  usage: status.INVALID_ARGUMENT,
};

/** The one translation of a failure to gRPC. What is not ours becomes `internal`, without its text. */
export const toStatus = (error: unknown): StatusObject => {
  const { code, params } = error instanceof WaslError ? error : new WaslError('internal');
  const grpcStatus =
    code === 'certificate-untrusted' || code === 'identity-mismatch'
      ? status.UNAUTHENTICATED
      : STATUS_OF_KIND[CODES[code].kind];
  const metadata = new Metadata();
  metadata.set(DETAILS, Buffer.from(encodeDetails(grpcStatus, code, params)));
  return { code: grpcStatus, details: new WaslError(code, params).message, metadata };
};

/** And back. A status without our details is the library's own, or the network's. */
export const fromStatus = (error: ServiceError): WaslError => {
  const [details] = error.metadata?.get(DETAILS) ?? [];
  const told = details instanceof Uint8Array ? decodeDetails(details) : undefined;
  if (told !== undefined) return new WaslError(told.code, told.params, { cause: error });
  switch (error.code) {
    case status.DEADLINE_EXCEEDED:
      return new WaslError('deadline-exceeded', {}, { cause: error });
    case status.RESOURCE_EXHAUSTED:
      return new WaslError('message-too-large', { limit: MAX_MESSAGE_BYTES }, { cause: error });
    case status.UNAUTHENTICATED:
      return new WaslError('certificate-untrusted', {}, { cause: error });
    case status.UNAVAILABLE:
    case status.CANCELLED:
      return new WaslError('gateway-unreachable', {}, { cause: error });
    default:
      return new WaslError('internal', {}, { cause: error });
  }
};

/** A sealed document of 16 MiB in base64url, its statement and receipts. */
export const MAX_MESSAGE_BYTES = 24 * 1024 * 1024;
