import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../kernel/codes.ts';
import { openBus } from '../platform/bus/open.ts';
import { readSettings, type SettingsFrom, type Values } from '../platform/config/index.ts';
import { loadAuthority, loadSigner, loadTls } from '../platform/crypto/index.ts';
import { createLogger } from '../platform/log/index.ts';
import { type Registry, startRegistry } from './app.ts';
import { registrySettings } from './config.ts';
import { openStore } from './edge/store/open.ts';
import type { SchemaApi } from './edge/subjects/open.ts';

/** Starts the registry as production does. */
export async function runRegistry(from: SettingsFrom): Promise<Registry> {
  const settings = await readSettings(registrySettings, from);
  const log = createLogger({ name: 'registry', level: settings.logLevel });
  const identity = await loadRegistryIdentity(settings.identity);
  const schemas = await schemaApiOf(settings);
  const issuer = await loadAuthority(settings.issuer);
  const store = await openStore(settings.registryDatabaseUrl, log);
  const bus = await openBus(settings, log);
  const registry = await startRegistry({ ...settings, ...identity, schemas, issuer, store, bus, log });
  return {
    ...registry,
    stop: async () => {
      await registry.stop();
      await bus.close();
      await store.end();
    },
  };
}

/** Reads a registry's folder: `signing.jwk`, `registry-keys.jws`, `ca.crt`, `tls.crt` and `tls.key`. */
export const loadRegistryIdentity = async (folder: string) => ({
  signer: await loadSigner(join(folder, 'signing.jwk')),
  registryKeys: await readFile(join(folder, 'registry-keys.jws'), 'utf8').catch((cause: unknown) => {
    throw new WaslError('no-identity', { folder }, { cause });
  }),
  tls: await loadTls(folder),
});

const schemaApiOf = async (settings: Values<typeof registrySettings>): Promise<SchemaApi> => {
  const { schemaListen: listen, schemaTls, schemaUsername: username, schemaPassword: password } = settings;
  return {
    listen,
    ...(password === undefined ? {} : { credentials: { username, password } }),
    ...(schemaTls === undefined ? {} : { tls: await loadTls(schemaTls) }),
  };
};
