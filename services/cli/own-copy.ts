import { loadIdentity } from '../../adapters/kit/index.ts';
import { openLinks } from '../../adapters/kit/links.ts';
import { WaslError } from '../kernel/codes.ts';
import type { RegistryCopy } from '../kernel/copy.ts';
import { primitives } from '../platform/crypto/index.ts';
import { silentLogger } from '../platform/log/index.ts';

const WITHIN_MS = 10_000;

/**
 * The registry as an agency's own kit sees it: over a gateway, verified by the pins of the identity's folder, and of what concerns the agency alone.
 * Errors: `no-identity`, `config-invalid` when its `bus.json` names no gateway, `gateway-unreachable`, `certificate-superseded`.
 */
export const readAsAgency = async (
  folder: string,
): Promise<{ readonly agency: string; readonly copy: RegistryCopy }> => {
  const identity = await loadIdentity(folder);
  if (identity.gateways.length === 0)
    throw new WaslError('config-invalid', { what: `no bus.json in ${folder} names a gateway` });
  const { gateways, agency } = identity;
  const nothing = (): undefined => undefined;
  let refused: WaslError | undefined;
  const onSuperseded = (): void => {
    refused = new WaslError('certificate-superseded', { holder: agency });
  };
  const told = { onCopy: nothing, onKeys: nothing, onSuperseded, expired: () => refused };
  const links = openLinks({ gateways, identity, primitives, log: silentLogger, now: Date.now, ...told });
  try {
    await links.pick(WITHIN_MS);
    return { agency, copy: links.copy() };
  } finally {
    await links.stop();
  }
};
