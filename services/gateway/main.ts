import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { WaslError } from '../kernel/codes.ts';
import { readFields } from '../kernel/fields.ts';
import type { Thumbprint } from '../kernel/keys.ts';
import { THUMBPRINT } from '../kernel/statements.ts';
import { type JsonObject, parseStrictJson } from '../kernel/strict-json.ts';
import { openBus } from '../platform/bus/open.ts';
import { readSettings, type SettingsFrom } from '../platform/config/index.ts';
import { loadSigner, loadTls } from '../platform/crypto/index.ts';
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
  const text = await readFile(join(folder, 'pins.json'), 'utf8').catch((cause: unknown) => {
    throw new WaslError('no-identity', { folder }, { cause });
  });
  const f = readFields(parseStrictJson(text) as JsonObject, 'pins.json');
  const identity = {
    gateway: f.text('gateway'),
    trustDomain: f.text('trustDomain'),
    pins: {
      authority: f.text('authority', THUMBPRINT) as Thumbprint,
      audit: f.text('audit', THUMBPRINT) as Thumbprint,
    },
    tls: await loadTls(folder),
    signer: await loadSigner(join(folder, 'signing.jwk')),
  };
  f.done();
  return identity;
}
