import { WaslError } from '../kernel/codes.ts';
import { loadTls } from '../platform/crypto/index.ts';
import { readBusAddresses, readPins } from '../platform/identity/index.ts';
import { connectRegistry, type RegistryConnection } from '../platform/rpc/index.ts';

/**
 * Connects to the registry as whoever the folder (`ca.crt`, `tls.crt`, `tls.key`, `pins.json`, `bus.json`) is. Errors: `no-identity`,
 * `config-invalid` when no `bus.json` there names the registry.
 */
export const openRegistryAs = async (folder: string): Promise<RegistryConnection> => {
  const { trustDomain } = await readPins(folder);
  const { registry: address } = await readBusAddresses(folder);
  if (address === undefined) {
    throw new WaslError('config-invalid', { what: `no bus.json in ${folder} names the registry` });
  }
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
