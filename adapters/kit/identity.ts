import { join } from 'node:path';
import { WaslError } from '../../services/kernel/codes.ts';
import type { AgencyId } from '../../services/kernel/ids.ts';
import type { Thumbprint } from '../../services/kernel/keys.ts';
import { loadTls, type TlsIdentity } from '../../services/platform/crypto/index.ts';
import { type BusAddresses, readBusAddresses, readPins } from '../../services/platform/identity/index.ts';
import { type Keyring, loadKeyring } from './keyring.ts';

/** Who an agency is on the bus, the roots it holds the bus to, and where the bus answers. */
export interface Identity extends BusAddresses {
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
}

/**
 * Reads an identity's folder: `ca.crt`, `tls.crt`, `tls.key` (or `tls.pem`), `signing.jwk`, `encryption.jwk`, `pins.json`, and `keys` and
 * `bus.json` if they are there. Errors: `no-identity` when something is missing, `malformed-message`, `config-invalid` when others may read a key.
 */
export async function loadIdentity(folder: string): Promise<Identity> {
  const { agency, recovery, trustDomain, authority, audit } = await readPins(folder);
  if (agency === undefined || recovery === undefined) throw new WaslError('no-identity', { folder });
  return {
    agency,
    trustDomain,
    pins: { authority, audit },
    recovery,
    tls: await loadTls(folder),
    keys: await loadKeyring(folder, agency),
    folder,
    suspensions: join(folder, 'suspensions'),
    ...(await readBusAddresses(folder)),
  };
}
