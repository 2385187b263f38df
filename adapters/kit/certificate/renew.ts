import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../../../services/kernel/codes.ts';
import { spiffeId } from '../../../services/kernel/ids.ts';
import { signReadmission } from '../../../services/kernel/readmission.ts';
import {
  certifies,
  isNewer,
  loadTls,
  requestCertificate,
  storeTls,
  type TlsIdentity,
  validityOf,
} from '../../../services/platform/crypto/index.ts';
import { callReadmit, connectRegistry } from '../../../services/platform/rpc/registry-client.ts';
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

/** By the certificate that still counts. */
const renewed = async (
  { registry: address, trustDomain }: Identity,
  tls: TlsIdentity,
  request: string,
): Promise<string> => {
  if (address === undefined) throw nowhere('registry');
  const registry = connectRegistry({ address, tls, trustDomain });
  try {
    return (await registry.renew(request)).certificate;
  } finally {
    registry.close();
  }
};

/** By the signing key alone. */
const readmitted = async (identity: Identity, { ca }: TlsIdentity, certificateRequest: string): Promise<string> => {
  const { join: address, agency, keys, trustDomain } = identity;
  if (address === undefined) throw nowhere('join');
  let refused: unknown;
  // Which of them is the present one nobody says before the bus is reached.
  for (const signer of [...keys.signers()].reverse()) {
    const signed = await signReadmission(signer, { agency, certificateRequest, timeMs: Date.now() });
    try {
      return (await callReadmit({ address, ca, trustDomain }, signed)).certificate;
    } catch (error) {
      if (!(error instanceof WaslError) || error.code !== 'signature-invalid') throw error;
      refused = error;
    }
  }
  throw refused;
};

const nowhere = (what: string): WaslError =>
  new WaslError('config-invalid', { what: `no bus.json says in "${what}" where the registry renews the certificate` });

/**
 * Gets the agency a certificate for a key that is made here and stays here, and makes both those of its identity's folder. Where another process of the
 * agency is at it, waits for that one; where another has been quicker, resolves with what that one got. Errors: `config-invalid` when nobody knows where
 * the registry is; `certificate-untrusted` when what came is none of ours; those of the registry's `Renew` and `Readmit`, and `registry-unreachable`.
 */
export const renewCertificate = async (identity: Identity, held: TlsIdentity): Promise<TlsIdentity> => {
  const { folder, agency, trustDomain } = identity;
  if (folder === undefined) throw new WaslError('config-invalid', { what: 'the identity is in no folder' });
  const release = await lock(join(folder, RENEWING));
  try {
    const tls = await loadTls(folder);
    if (tls.cert !== held.cert && !isNewer(held.cert, tls.cert)) return tls;
    const name = spiffeId(trustDomain, { kind: 'agency', id: agency });
    const { request, key } = await requestCertificate(name);
    const { untilMs } = validityOf(tls.cert);
    const cert =
      untilMs > Date.now()
        ? await renewed(identity, tls, request).catch((error: unknown) => {
            if (!(error instanceof WaslError) || error.code !== 'renewal-by-signature') throw error;
            return readmitted(identity, tls, request);
          })
        : await readmitted(identity, tls, request);
    const fresh = { ca: tls.ca, cert, key };
    if (!certifies(fresh, name)) throw new WaslError('certificate-untrusted');
    await storeTls(folder, fresh);
    return fresh;
  } finally {
    await release();
  }
};
