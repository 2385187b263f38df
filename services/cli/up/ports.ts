import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from '../../platform/crypto/index.ts';
import { freePort } from '../../platform/store/index.ts';
import type { Layout } from '../development/layout.ts';

export const PORT_NAMES = [
  'gateway',
  'gateway-ops',
  'registry',
  'registry-join',
  'registry-ops',
  'schema-registry',
  'conformance',
  'conformance-ops',
  'civil-status-ops',
  'transport-ops',
  'health-ops',
  'education-ops',
  'transport-source',
  'health-source',
] as const;
export type Addresses = Readonly<Record<(typeof PORT_NAMES)[number], string>>;

/** The folder's addresses: the same as the last time, where they are still free. */
export const choosePorts = async (layout: Layout): Promise<Addresses> => {
  const path = join(layout.run, 'ports.json');
  const before = JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Partial<Record<string, number>>;
  const chosen: Record<string, number> = {};
  for (const name of PORT_NAMES) chosen[name] = await freePort(before[name]);
  await writePrivateFile(path, JSON.stringify(chosen));
  return Object.fromEntries(PORT_NAMES.map((name) => [name, `127.0.0.1:${chosen[name]}`])) as Addresses;
};
