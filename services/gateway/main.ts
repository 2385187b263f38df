import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { WaslError } from '../kernel/codes.ts';
import { openBus } from '../platform/bus/open.ts';
import { readSettings, type SettingsFrom } from '../platform/config/index.ts';
import { loadSigner, loadTls } from '../platform/crypto/index.ts';
import { readPins } from '../platform/identity/index.ts';
import { createLogger } from '../platform/log/index.ts';
import { type Gateway, type GatewayIdentity, startGateway } from './app.ts';
import { gatewaySettings } from './config.ts';

/**
 * A heap marked whole may double before it is marked again. By itself V8 lets one that was idle grow by a tenth, and a gateway's then
 * marks all of it six times a second for as long as the load goes on (decision 0003).
 */
const HEAP = '--heap-growing-percent=100';

/** Starts a gateway as production does; resolves once it takes calls. */
export async function runGateway(from: SettingsFrom): Promise<Gateway> {
  setFlagsFromString(HEAP);
  const settings = await readSettings(gatewaySettings, from);
  const identity = await loadGatewayIdentity(settings.identity);
  const log = createLogger({ name: identity.gateway, level: settings.logLevel });
  const bus = await openBus(settings, log);
  const gateway = await startGateway({ ...settings, identity, bus, log });
  return {
    ...gateway,
    stop: async () => {
      await gateway.stop();
      await bus.close();
    },
  };
}

/** Reads a gateway’s folder: `ca.crt`, `tls.crt`, `tls.key`, `signing.jwk` and `pins.json`. */
export async function loadGatewayIdentity(folder: string): Promise<GatewayIdentity> {
  const { gateway, trustDomain, authority, audit } = await readPins(folder);
  if (gateway === undefined) throw new WaslError('no-identity', { folder });
  return {
    gateway,
    trustDomain,
    pins: { authority, audit },
    tls: await loadTls(folder),
    signer: await loadSigner(join(folder, 'signing.jwk')),
  };
}
