import { join } from 'node:path';
import { writePrivateFile } from '../crypto/index.ts';
import { fieldsIn } from './read.ts';

/** Where the bus answers, host:port each: `bus.json`. It is no secret and may change; who answers there is held to the pins. */
export interface BusAddresses {
  /** None when the folder does not say. */
  readonly gateways: readonly string[];
  /** Where the registry answers members: it renews certificates, and providers hand in their status lists. */
  readonly registry?: string;
  /** Where the registry answers those without a certificate that counts. */
  readonly join?: string;
}

const ADDRESS = /^[^\s:]+:\d{1,5}$/;

/** None when the folder does not say; what else stands in the file is for others. Errors: `no-identity`, `malformed-message`. */
export const readBusAddresses = async (folder: string): Promise<BusAddresses> => {
  const f = await fieldsIn(folder, 'bus.json');
  if (f === undefined) return { gateways: [] };
  const [registry, joining] = [f.optionalText('registry', ADDRESS), f.optionalText('join', ADDRESS)];
  return {
    gateways: f.texts('gateways', ADDRESS),
    ...(registry === undefined ? {} : { registry }),
    ...(joining === undefined ? {} : { join: joining }),
  };
};

export const writeBusAddresses = (folder: string, { registry, gateways, join: joining }: BusAddresses): Promise<void> =>
  writePrivateFile(join(folder, 'bus.json'), `${JSON.stringify({ registry, gateways, join: joining }, null, 2)}\n`);
