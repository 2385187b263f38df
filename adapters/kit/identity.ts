import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../services/kernel/codes.ts';
import { isObject, readFields } from '../../services/kernel/fields.ts';
import { type AgencyId, parseAgencyId } from '../../services/kernel/ids.ts';
import type { Thumbprint } from '../../services/kernel/keys.ts';
import { THUMBPRINT } from '../../services/kernel/statements.ts';
import { parseStrictJson } from '../../services/kernel/strict-json.ts';
import { loadTls, type TlsIdentity } from '../../services/platform/crypto/index.ts';
import { type Keyring, loadKeyring } from './keyring.ts';

/** Who an agency is on the bus, and the roots it holds the bus to. */
export interface Identity {
  readonly agency: AgencyId;
  readonly trustDomain: string;
  /** Where it was read from, and where a renewed certificate goes; without it none is renewed. */
  readonly folder?: string;
  readonly tls: TlsIdentity;
  readonly keys: Keyring;
  /** Folder of the agency's own suspensions; none unless told. */
  readonly suspensions?: string;
  readonly pins: { readonly authority: Thumbprint; readonly audit: Thumbprint };
  /** Thumbprint of the agency's own recovery key: it stands behind every key that the registry shows as ours. */
  readonly recovery: Thumbprint;
  /** Where the bus answers, host:port of each gateway; none when the folder does not say. */
  readonly gateways: readonly string[];
  /** Where the registry answers, which renews the certificate, and to which a provider hands in its status lists. */
  readonly registry?: string;
  /** Where the registry answers those whose certificate has expired. */
  readonly join?: string;
}

/**
 * Reads an identity's folder: `ca.crt`, `tls.crt`, `tls.key` (or `tls.pem`), `signing.jwk`, `encryption.jwk`, `pins.json`, and `keys` and
 * `bus.json` if they are there.
 * Errors: `no-identity` when something is missing, `config-invalid` when others may read a key.
 */
export async function loadIdentity(folder: string): Promise<Identity> {
  const text = await readFile(join(folder, 'pins.json'), 'utf8').catch((cause: unknown) => {
    throw new WaslError('no-identity', { folder }, { cause });
  });
  const value = parseStrictJson(text);
  if (!isObject(value)) throw new WaslError('no-identity', { folder });
  const f = readFields(value, 'pins.json');
  const agency = parseAgencyId(f.text('agency'));
  const identity: Identity = {
    agency,
    trustDomain: f.text('trustDomain'),
    pins: {
      authority: f.text('authority', THUMBPRINT) as Thumbprint,
      audit: f.text('audit', THUMBPRINT) as Thumbprint,
    },
    recovery: f.text('recovery', THUMBPRINT) as Thumbprint,
    tls: await loadTls(folder),
    keys: await loadKeyring(folder, agency),
    folder,
    suspensions: join(folder, 'suspensions'),
    ...(await readBus(join(folder, 'bus.json'))),
  };
  f.done();
  return identity;
}

const ADDRESS = /^[^\s:]+:\d{1,5}$/;

/** `bus.json`: `{"gateways": ["host:port", …], "registry": "host:port", "join": "host:port"}`. Where the bus answers is no secret and may change; who answers there is held to the pins. */
const readBus = async (path: string): Promise<Pick<Identity, 'gateways' | 'registry' | 'join'>> => {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new WaslError('no-identity', { folder: path }, { cause: error });
  });
  if (text === undefined) return { gateways: [] };
  const value = parseStrictJson(text);
  // What else stands in it is for others.
  if (!isObject(value)) return { gateways: [] };
  const f = readFields(value, 'bus.json');
  const registry = f.optionalText('registry', ADDRESS);
  const join = f.optionalText('join', ADDRESS);
  return {
    gateways: f.texts('gateways', ADDRESS),
    ...(registry === undefined ? {} : { registry }),
    ...(join === undefined ? {} : { join }),
  };
};
