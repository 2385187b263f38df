import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { writePrivateFile } from '../../platform/crypto/index.ts';
import type { Layout } from '../development/layout.ts';

export const PORT_NAMES = [
  'gateway',
  'gateway-ops',
  'registry-ops',
  'civil-status-ops',
  'transport-ops',
  'health-ops',
  'education-ops',
  'transport-source',
  'health-source',
] as const;
export type Addresses = Readonly<Record<(typeof PORT_NAMES)[number], string>>;

/** A free port on loopback, the wanted one if nobody listens there. */
const freePort = (wanted: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () => (wanted === 0 ? reject(new Error('no port is free')) : resolve(freePort(0))));
    server.listen({ host: '127.0.0.1', port: wanted }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });

/** The folder's addresses: the same as the last time, where they are still free. */
export const choosePorts = async (layout: Layout): Promise<Addresses> => {
  const path = join(layout.run, 'ports.json');
  const before = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Partial<Record<string, number>>;
  const chosen: Record<string, number> = {};
  for (const name of PORT_NAMES) chosen[name] = await freePort(before[name] ?? 0);
  await writePrivateFile(path, JSON.stringify(chosen));
  return Object.fromEntries(PORT_NAMES.map((name) => [name, `127.0.0.1:${chosen[name]}`])) as Addresses;
};
