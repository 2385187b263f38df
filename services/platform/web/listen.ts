import type { AddressInfo } from 'node:net';
import { WaslError } from '../../kernel/codes.ts';

/** A server before it listens: fastify's own, and Node's. */
export interface Listener {
  listen(at: { readonly host: string; readonly port: number }): Promise<unknown>;
  readonly server: { address(): AddressInfo | string | null };
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

/** Whether a host's name, without its port, is one of this machine alone. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Listens at host:port (port 0 takes a free one) and gives where; `config-invalid` where nothing can, such as on a port in use. */
export const listenAt = async (app: Listener, listen: string): Promise<string> => {
  const at = listen.lastIndexOf(':');
  const [host, port] = [listen.slice(0, at), Number(listen.slice(at + 1))];
  // An IPv6 address stands in brackets.
  await app.listen({ host: host.replace(/^\[|\]$/g, ''), port }).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? 'is in use already' : `is no place to listen at (${cause.code})`;
    throw new WaslError('config-invalid', { what: `${listen} ${why}` }, { cause });
  });
  const bound = app.server.address();
  return `${host}:${typeof bound === 'object' && bound !== null ? bound.port : port}`;
};
