import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CODES, WaslError } from '../../../services/kernel/codes.ts';
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
import { callReadmit } from '../../../services/platform/rpc/registry-client.ts';
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

/** Where the registry takes the call: where members come while the certificate lets one in, for no flood of strangers does harm there; else where it asks for none. */
const doorsOf = ({ registry, join: joining }: Identity, { cert }: TlsIdentity): readonly string[] => {
  const counts = validityOf(cert).untilMs > Date.now();
  const doors = [...(counts ? [registry] : []), joining].filter((address) => address !== undefined);
  if (doors.length === 0)
    throw new WaslError('config-invalid', {
      what: 'no bus.json says in "join" where the registry renews the certificate',
    });
  return doors;
};

/** By the agency's signing key, whatever certificate it holds. */
const askedAt = async (
  address: string,
  { agency, keys, trustDomain }: Identity,
  tls: TlsIdentity,
  certificateRequest: string,
): Promise<string> => {
  let refused: unknown;
  // Which of them is the present one nobody says before the bus is reached.
  for (const signer of [...keys.signers()].reverse()) {
    const signed = await signReadmission(signer, { agency, certificateRequest, timeMs: Date.now() });
    try {
      return (await callReadmit({ address, tls, trustDomain }, signed)).certificate;
    } catch (error) {
      if (!(error instanceof WaslError) || error.code !== 'signature-invalid') throw error;
      refused = error;
    }
  }
  throw refused;
};

const asked = async (identity: Identity, tls: TlsIdentity, certificateRequest: string): Promise<string> => {
  // They may have been replaced while nobody was reached.
  await identity.keys.look();
  let failed: unknown;
  for (const address of doorsOf(identity, tls)) {
    try {
      return await askedAt(address, identity, tls, certificateRequest);
    } catch (error) {
      // What is refused at one door is refused at the other.
      if (error instanceof WaslError && CODES[error.code].kind === 'refused') throw error;
      failed = error;
    }
  }
  throw failed;
};

/**
 * Gets the agency a certificate for a key that is made here and stays here, and makes both those of its identity's folder. Where another process of the
 * agency is at it, waits for that one; where another has been quicker, resolves with what that one got. Errors: `config-invalid` when nobody knows where
 * the registry is; `certificate-untrusted` when what came is none of ours; those of the registry's `Readmit`, and `registry-unreachable`.
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
    const cert = await asked(identity, tls, request);
    const fresh = { ca: tls.ca, cert, key };
    if (!certifies(fresh, name)) throw new WaslError('certificate-untrusted');
    await storeTls(folder, fresh);
    // As it is read again: who compares texts must not take it for another's.
    return await loadTls(folder);
  } finally {
    await release();
  }
};
