import { join } from 'node:path';
import { WaslError } from '../kernel/codes.ts';
import { CONFORMANCE } from '../kernel/ids.ts';
import { openBus } from '../platform/bus/open.ts';
import { readSettings, type SettingsFrom } from '../platform/config/index.ts';
import { loadOpener, loadSigner, loadTls } from '../platform/crypto/index.ts';
import { readPins } from '../platform/identity/index.ts';
import { createLogger } from '../platform/log/index.ts';
import { type Conformance, type ConformanceOptions, startConformance } from './app.ts';
import { conformanceSettings } from './config.ts';

/** Starts the conformance service as production does. */
export async function runConformance(from: SettingsFrom): Promise<Conformance> {
  const settings = await readSettings(conformanceSettings, from);
  const log = createLogger({ name: CONFORMANCE, level: settings.logLevel });
  const identities = await loadIdentities(settings);
  const bus = await openBus(settings, log);
  const conformance = await startConformance({ ...settings, ...identities, bus, log });
  return {
    ...conformance,
    stop: async () => {
      await conformance.stop();
      await bus.close();
    },
  };
}

/** Reads the two identities of the suite, as a gateway and as an agency, and the keys of its two officers. */
export const loadIdentities = async (of: {
  readonly identity: string;
  readonly agency: string;
  readonly officer: string;
  readonly approver: string;
}): Promise<Pick<ConformanceOptions, 'identity' | 'requester' | 'officers'>> => {
  const { gateway, trustDomain, authority, audit } = await readPins(of.identity);
  if (String(gateway) !== CONFORMANCE) throw new WaslError('no-identity', { folder: of.identity });
  return {
    identity: {
      trustDomain,
      pins: { authority, audit },
      tls: await loadTls(of.identity),
      signer: await loadSigner(join(of.identity, 'signing.jwk')),
    },
    requester: {
      tls: await loadTls(of.agency),
      signer: await loadSigner(join(of.agency, 'signing.jwk')),
      opener: await loadOpener(join(of.agency, 'encryption.jwk')),
    },
    officers: { requester: await loadSigner(of.officer), approver: await loadSigner(of.approver) },
  };
};
