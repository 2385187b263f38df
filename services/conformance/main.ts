import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../kernel/codes.ts';
import { readFields } from '../kernel/fields.ts';
import { CONFORMANCE } from '../kernel/ids.ts';
import type { Thumbprint } from '../kernel/keys.ts';
import { THUMBPRINT } from '../kernel/statements.ts';
import { type JsonObject, parseStrictJson } from '../kernel/strict-json.ts';
import { openBus } from '../platform/bus/open.ts';
import { readSettings, type SettingsFrom } from '../platform/config/index.ts';
import { loadOpener, loadSigner, loadTls } from '../platform/crypto/index.ts';
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
  const text = await readFile(join(of.identity, 'pins.json'), 'utf8').catch((cause: unknown) => {
    throw new WaslError('no-identity', { folder: of.identity }, { cause });
  });
  const f = readFields(parseStrictJson(text) as JsonObject, 'pins.json');
  f.oneOf('gateway', [CONFORMANCE]);
  const pin = (name: string): Thumbprint => f.text(name, THUMBPRINT) as Thumbprint;
  const identity = {
    trustDomain: f.text('trustDomain'),
    pins: { authority: pin('authority'), audit: pin('audit') },
    tls: await loadTls(of.identity),
    signer: await loadSigner(join(of.identity, 'signing.jwk')),
  };
  f.done();
  return {
    identity,
    requester: {
      tls: await loadTls(of.agency),
      signer: await loadSigner(join(of.agency, 'signing.jwk')),
      opener: await loadOpener(join(of.agency, 'encryption.jwk')),
    },
    officers: { requester: await loadSigner(of.officer), approver: await loadSigner(of.approver) },
  };
};
