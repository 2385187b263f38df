import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../kernel/codes.ts';
import { isObject, readFields } from '../kernel/fields.ts';
import type { Thumbprint } from '../kernel/keys.ts';
import { THUMBPRINT } from '../kernel/statements.ts';
import { parseStrictJson } from '../kernel/strict-json.ts';
import { loadTls, writePrivateFile } from '../platform/crypto/index.ts';
import { connectRegistry, type RegistryConnection } from '../platform/rpc/index.ts';

/** Where the bus is, as an identity's folder keeps it in `bus.json`; host:port. */
export interface BusAddresses {
  readonly registry: string;
  readonly gateways: readonly string[];
  /** Where the registry answers those without a certificate. */
  readonly join?: string;
}

export const writeBusAddresses = (folder: string, { registry, gateways, join: joining }: BusAddresses): Promise<void> =>
  writePrivateFile(join(folder, 'bus.json'), `${JSON.stringify({ registry, gateways, join: joining }, null, 2)}\n`);

const objectIn = async (folder: string, name: string) => {
  const text = await readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
    throw new WaslError('no-identity', { folder }, { cause });
  });
  const value = parseStrictJson(text);
  if (!isObject(value)) throw new WaslError('no-identity', { folder });
  return readFields(value, name);
};

/** Where the bus is, as the folder says. Error: `no-identity`. */
export const readBusAddresses = async (folder: string): Promise<BusAddresses> => {
  const f = await objectIn(folder, 'bus.json');
  return { registry: f.text('registry'), gateways: f.texts('gateways') };
};

/** Who a folder is, and the roots that it holds the bus to. No agency is named in that of the authority's operator. */
export const readPins = async (folder: string) => {
  const f = await objectIn(folder, 'pins.json');
  return {
    agency: f.optionalText('agency'),
    authority: f.text('authority', THUMBPRINT) as Thumbprint,
    audit: f.text('audit', THUMBPRINT) as Thumbprint,
    recovery: f.optionalText('recovery', THUMBPRINT) as Thumbprint | undefined,
    trustDomain: f.text('trustDomain'),
  };
};

/** Connects to the registry as whoever the folder (`ca.crt`, `tls.crt`, `tls.key`, `pins.json`, `bus.json`) is. Error: `no-identity`. */
export const openRegistryAs = async (folder: string): Promise<RegistryConnection> => {
  const { trustDomain } = await readPins(folder);
  const { registry: address } = await readBusAddresses(folder);
  return connectRegistry({ address, tls: await loadTls(folder), trustDomain });
};

/** Runs `work` with such a connection, which ends with it. */
export const withRegistry = async <T>(
  folder: string,
  work: (registry: RegistryConnection) => Promise<T>,
): Promise<T> => {
  const registry = await openRegistryAs(folder);
  try {
    return await work(registry);
  } finally {
    registry.close();
  }
};
