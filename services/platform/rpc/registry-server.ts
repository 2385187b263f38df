import { Server } from '@grpc/grpc-js';
import {
  AuthorityServiceService,
  JoinServiceService,
  MemberServiceService,
} from '../../../proto/gen/wasl/registry/v1/registry.ts';
import type { TlsIdentity } from '../crypto/index.ts';
import type { Logger } from '../log/index.ts';
import { makeCalls } from './calls.ts';
import { MAX_MESSAGE_BYTES } from './errors.ts';
import { listenOn } from './listen.ts';
import type { RegistryHandlers } from './registry-face.ts';
import { joinTls, KEEPALIVE, serverTls } from './tls.ts';

export interface RegistryServer {
  /** host:port for members and the authority, over mutual TLS. */
  readonly address: string;
  /** host:port for those who join. */
  readonly joinAddress: string;
  stop(graceMs: number): Promise<void>;
}

/** A certificate request and keys are a few KB. */
const MAX_JOIN_BYTES = 64 * 1024;

/** Starts the registry's gRPC servers: one for callers with a certificate of our authority, and one for those who have none. */
export async function startRegistryServer(options: {
  readonly listen: string;
  readonly joinListen: string;
  readonly tls: TlsIdentity;
  readonly trustDomain: string;
  readonly handlers: RegistryHandlers;
  readonly log: Logger;
}): Promise<RegistryServer> {
  const { handlers, tls, trustDomain, log } = options;
  const onUnauthenticated = (reason: string): void =>
    log.warn({ reason }, 'a caller without a good certificate was refused');
  const { unary, unnamed } = makeCalls({ trustDomain, log, onUnauthenticated });

  const members = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES, ...KEEPALIVE });
  members.addService(MemberServiceService, {
    read: unary(handlers.read),
    submit: unary(handlers.submit),
    renew: unary(handlers.renew),
  });
  // Whoever is told of no other listener renews here, and floods of strangers hold up nobody who has a certificate.
  members.addService(JoinServiceService, { readmit: unnamed(handlers.readmit) });
  members.addService(AuthorityServiceService, { apply: unary(handlers.apply), invite: unary(handlers.invite) });
  const joiners = new Server({ 'grpc.max_receive_message_length': MAX_JOIN_BYTES, ...KEEPALIVE });
  joiners.addService(JoinServiceService, { join: unnamed(handlers.join), readmit: unnamed(handlers.readmit) });

  const listening = await listenOn(members, options.listen, serverTls(tls), onUnauthenticated);
  const joining = await listenOn(joiners, options.joinListen, joinTls(tls), onUnauthenticated);
  return {
    address: listening.address,
    joinAddress: joining.address,
    stop: async (graceMs) => {
      await Promise.all([listening.stop(graceMs), joining.stop(graceMs)]);
    },
  };
}
