import tls from 'node:tls';

// grpc-js has no setting for it: the least version is Node's, for the whole process.
tls.DEFAULT_MIN_VERSION = 'TLSv1.3';

/** HTTP/2 pings, so that a half-open connection is noticed within 20 s on either side. */
export const KEEPALIVE = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
} as const;
