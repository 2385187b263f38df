import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../../../services/kernel/codes.ts';
import { spiffeId } from '../../../services/kernel/ids.ts';
import {
  certifies,
  isNewer,
  loadTls,
  requestCertificate,
  storeTls,
  type TlsIdentity,
} from '../../../services/platform/crypto/index.ts';
import { connectRegistry } from '../../../services/platform/rpc/registry-client.ts';
import type { Identity } from '../identity.ts';
import { lockFolder } from '../journal/lock.ts';

/** Holds the lock of the process of the agency that renews. */
const RENEWING = 'renewing';
/** Whoever has it is done, or has given up, after that many pauses. */
const LOCK = { tries: 150, pauseMs: 250 };

const lock = async (folder: string): Promise<() => Promise<void>> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      const busy = error instanceof WaslError && error.code === 'data-folder-in-use';
      if (!busy || tries === LOCK.tries) throw error;
      // Two that came at once both withdraw, and should not come back at once.
      await wait(LOCK.pauseMs * (0.5 + Math.random()), undefined, { ref: false });
    }
  }
};

/**
 * Gets the agency a certificate for a key that is made here and stays here, and makes both those of its identity's folder. Where another process of the
 * agency is at it, waits for that one; where another has been quicker, resolves with what that one got. Errors: `config-invalid` when nobody knows where
 * the registry is; `certificate-untrusted` when what came is none of ours; those of the registry's `Renew`, and `registry-unreachable`.
 */
export const renewCertificate = async (
  { folder, registry: address, agency, trustDomain }: Identity,
  held: TlsIdentity,
): Promise<TlsIdentity> => {
  if (folder === undefined || address === undefined) {
    throw new WaslError('config-invalid', { what: 'no bus.json names the registry that renews the certificate' });
  }
  const release = await lock(join(folder, RENEWING));
  try {
    const tls = await loadTls(folder);
    if (tls.cert !== held.cert && !isNewer(held.cert, tls.cert)) return tls;
    const name = spiffeId(trustDomain, { kind: 'agency', id: agency });
    const { request, key } = await requestCertificate(name);
    const registry = connectRegistry({ address, tls, trustDomain });
    try {
      const { certificate: cert } = await registry.renew(request);
      const fresh = { ca: tls.ca, cert, key };
      if (!certifies(fresh, name)) throw new WaslError('certificate-untrusted');
      await storeTls(folder, fresh);
      return fresh;
    } finally {
      registry.close();
    }
  } finally {
    await release();
  }
};
