import { join } from 'node:path';
import { openBus } from '../platform/bus/open.ts';
import { readSettings, type SettingsFrom } from '../platform/config/index.ts';
import { loadSigner } from '../platform/crypto/index.ts';
import { createLogger } from '../platform/log/index.ts';
import { type Registry, startRegistry } from './app.ts';
import { registrySettings } from './config.ts';
import { openStore } from './edge/store/open.ts';

/** Starts the registry as production does; SIGHUP reads the declarations at once. */
export async function runRegistry(from: SettingsFrom): Promise<Registry> {
  const settings = await readSettings(registrySettings, from);
  const log = createLogger({ name: 'registry', level: settings.logLevel });
  const signer = await loadSigner(join(settings.identity, 'signing.jwk'));
  const store = await openStore(settings.registryDatabaseUrl, log);
  const bus = await openBus(settings, log);
  const registry = await startRegistry({ ...settings, signer, store, bus, log });
  const onHangup = (): void => {
    registry.refresh().catch((error) => log.error({ err: error }, 'the registry could not be published'));
  };
  process.on('SIGHUP', onHangup);
  return {
    ...registry,
    stop: async () => {
      process.off('SIGHUP', onHangup);
      await registry.stop();
      await bus.close();
      await store.end();
    },
  };
}
