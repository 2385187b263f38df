import type { EventEmitter } from 'node:events';
import { constants, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { type ChannelCredentials, credentials, type Server, ServerCredentials } from '@grpc/grpc-js';
import type { TlsIdentity } from '../crypto/index.ts';
import { peerOf } from './peer.ts';

/** HTTP/2 pings, so that a half-open connection is noticed within 20 s on either side. */
export const KEEPALIVE = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
} as const;

/**
 * Bytes that may be on their way unread (HTTP/2 flow control): of one call, and of one connection to a gateway. The protocol's 64 KiB hold a
 * large document up once a chunk; room of the connection beyond one call's lets the answers of others pass it.
 */
export const WINDOW_BYTES = { call: 256 * 1024, connection: 1024 * 1024 } as const;

/** No call of a kit's lasts longer: a deadline is at most 60 s away. Who reads or writes slower holds others' room, and no gRPC deadline ends that. */
export const CALL_MS = 75_000;
/** Calls that stay open. */
const LASTING = /\/(Attach|FollowRegistry|Run|Watch|ServerReflectionInfo)$/;

const MIN_VERSION = 'TLSv1.3';

/** Of the library's constructors only this one lets the least TLS version be set. */
class ServerTls extends ServerCredentials {
  constructor({ ca, cert, key }: TlsIdentity) {
    super({ requestCert: true, rejectUnauthorized: true }, { ca, cert, key, minVersion: MIN_VERSION });
  }
  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
export const serverTls = (tls: TlsIdentity): ServerCredentials => new ServerTls(tls);

/** A server that shows itself and asks its callers for nothing: for those who have no certificate yet. */
class JoinTls extends ServerCredentials {
  constructor({ ca, cert, key }: TlsIdentity) {
    // The authority's certificate is sent along: a caller who holds no more than its digest learns it here.
    super(
      { requestCert: false },
      { cert: `${cert}${cert.endsWith('\n') ? '' : '\n'}${ca}`, key, minVersion: MIN_VERSION },
    );
  }
  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
export const joinTls = (tls: TlsIdentity): ServerCredentials => new JoinTls(tls);

/** Stand in the failure of a handshake, and so in that of the call that needed it. */
export const NOT_THE_SERVER = {
  gateway: 'wasl: the certificate is not that of a gateway',
  registry: 'wasl: the certificate is not that of the registry',
} as const;
export type ServerKind = keyof typeof NOT_THE_SERVER;

/** Host names say nothing here: who answers is the SPIFFE id alone. The chain itself is verified before it is looked at. */
export const clientTls = (
  { ca, cert, key }: Pick<TlsIdentity, 'ca'> & Partial<TlsIdentity>,
  trustDomain: string,
  kind: ServerKind,
): ChannelCredentials =>
  credentials.createFromSecureContext(createSecureContext({ ca, cert, key, minVersion: MIN_VERSION }), {
    checkServerIdentity: (_, { subjectaltname }) =>
      peerOf(subjectaltname, trustDomain)?.kind === kind ? undefined : new Error(NOT_THE_SERVER[kind]),
  });

/** Why a handshake failed, in few enough words to label a metric. */
const reasonOf = (socket: TLSSocket | undefined, error: { readonly code?: string }): string => {
  if (error.code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return 'no-certificate';
  const refused = String(socket?.authorizationError ?? '');
  if (refused === 'CERT_HAS_EXPIRED' || refused === 'CERT_NOT_YET_VALID') return 'certificate-not-in-force';
  return refused === '' ? 'no-handshake' : 'certificate-of-another-authority';
};

/** What the library leaves no other place for: it keeps its listeners to itself. Tells of each handshake that was refused. */
export const prepareListeners = (server: Server, onRefused: (reason: string) => void): void => {
  const { http2Servers } = server as unknown as { readonly http2Servers?: ReadonlyMap<EventEmitter, unknown> };
  for (const listener of http2Servers?.keys() ?? []) {
    listener.on('secureConnection', (socket: TLSSocket) => {
      // Read once a connection (TLS 1.3 has no renegotiation): the library asks at each call, and Node parses it anew each time.
      const certificate = socket.getPeerCertificate(true);
      socket.getPeerCertificate = () => certificate;
    });
    listener.on('session', (session: ServerHttp2Session) => {
      session.settings({ initialWindowSize: WINDOW_BYTES.call });
      session.setLocalWindowSize(WINDOW_BYTES.connection);
    });
    listener.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      if (LASTING.test(headers[':path'] ?? '')) return;
      const cut = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), CALL_MS);
      stream.once('close', () => clearTimeout(cut));
    });
    listener.on('tlsClientError', (error: { readonly code?: string }, socket?: TLSSocket) =>
      onRefused(reasonOf(socket, error)),
    );
  }
};
