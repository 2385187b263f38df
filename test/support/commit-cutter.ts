import { connect, createServer, type Socket } from 'node:net';

/** A way to a PostgreSQL server that loses the connection around the next COMMIT when told. */
export interface CommitCutter {
  /** The same database, through the cutter. */
  readonly url: string;
  /** `before`: the COMMIT never reaches the server. `behind`: the server commits, and its answer is lost. Once per call. */
  cut(where: 'before' | 'behind'): void;
  readonly cuts: number;
  close(): Promise<void>;
}

// A simple query of the wire protocol: 'Q', its length of 11, and the text with a zero behind it.
const COMMIT = Buffer.concat([Buffer.from('Q'), Buffer.from([0, 0, 0, 11]), Buffer.from('commit\0')]);

export const startCommitCutter = async (url: string): Promise<CommitCutter> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const armed: ('before' | 'behind')[] = [];
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let losing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        sockets.delete(socket);
      });
    }
    client.on('data', (bytes) => {
      const where = bytes.includes(COMMIT) ? armed.shift() : undefined;
      if (where !== undefined) cuts += 1;
      if (where === 'before') client.destroy();
      else upstream.write(bytes);
      losing ||= where === 'behind';
    });
    upstream.on('data', (bytes) => {
      if (losing) client.destroy();
      else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: Object.assign(new URL(url), { port: String(port) }).href,
    cut: (where) => void armed.push(where),
    get cuts() {
      return cuts;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
