import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { prepareListeners } from './tls.ts';

export interface Listening {
  /** host:port as bound. */
  readonly address: string;
  /** Takes no new calls, lets those in flight end within `graceMs`, then cuts them off. */
  stop(graceMs: number): Promise<void>;
}

/** Binds a server to `listen` (host:port; port 0 takes a free one). */
export const listenOn = async (
  server: Server,
  listen: string,
  credentials: ServerCredentials,
  onRefused: (reason: string) => void,
): Promise<Listening> => {
  const host = listen.slice(0, listen.lastIndexOf(':'));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(listen, credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  prepareListeners(server, onRefused);
  return {
    address: `${host}:${port}`,
    stop: (graceMs) =>
      new Promise<void>((resolve) => {
        const cut = setTimeout(() => {
          server.forceShutdown();
          // The library waits for ever for a connection that keepalive gave up in this very moment, so nobody waits for it.
          resolve();
        }, graceMs);
        server.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
};
