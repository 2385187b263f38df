import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server on which the other side can vanish: nothing is closed, nothing answers, and what is sent goes nowhere. */
export interface SwallowingProxy {
  /** host:port, leading to the server. */
  readonly address: string;
  /** Swallows all that comes on the connections of this moment, in both directions and for ever. New ones go through. */
  vanish(): void;
  stop(): Promise<void>;
}

export const startSwallowingProxy = async (target: string): Promise<SwallowingProxy> => {
  const [host = '', port = ''] = target.split(':');
  const through = new Set<{ vanished: boolean }>();
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host, port: Number(port) });
    const way = { vanished: false };
    through.add(way);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      // Its bytes are taken also when they go nowhere: the sender's own system sees them acknowledged.
      from.on('data', (bytes) => {
        if (!way.vanished) to.write(bytes);
      });
      from.once('close', () => {
        sockets.delete(from);
        if (!way.vanished) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    vanish: () => {
      for (const way of through) way.vanished = true;
      through.clear();
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
