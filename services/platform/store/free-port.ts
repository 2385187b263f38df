import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that a system gives to outgoing connections (32768 and above on Linux, 49152 elsewhere): none of those takes one meanwhile. */
const FROM = 20_000;
const TO = 32_768;
const TRIES = 100;

const given = new Set<number>();

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });

/** A port on loopback that nobody listens on at this moment: the wanted one if it is free, else one that this process was not given before. */
export const freePort = async (wanted?: number): Promise<number> => {
  if (wanted !== undefined && (await isFree(wanted))) return wanted;
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const port = randomInt(FROM, TO);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free on 127.0.0.1');
};
