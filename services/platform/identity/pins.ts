import { WaslError } from '../../kernel/codes.ts';
import { type AgencyId, type GatewayId, parseAgencyId, parseGatewayId } from '../../kernel/ids.ts';
import type { Thumbprint } from '../../kernel/keys.ts';
import { THUMBPRINT } from '../../kernel/statements.ts';
import { fieldsIn } from './read.ts';

/** Who a folder is, and the roots that it holds the bus to: `pins.json`. */
export interface Pins {
  readonly trustDomain: string;
  readonly authority: Thumbprint;
  readonly audit: Thumbprint;
  /** An agency's own, with the thumbprint of its recovery key; neither in the folder of a gateway or of the authority's operator. */
  readonly agency?: AgencyId;
  readonly recovery?: Thumbprint;
  /** A gateway's own. */
  readonly gateway?: GatewayId;
}

/** Errors: `no-identity` when it is not there or no JSON object, `malformed-message`. */
export const readPins = async (folder: string): Promise<Pins> => {
  const f = await fieldsIn(folder, 'pins.json');
  if (f === undefined) throw new WaslError('no-identity', { folder });
  const [agency, gateway] = [f.optionalText('agency'), f.optionalText('gateway')];
  const recovery = f.optionalText('recovery', THUMBPRINT) as Thumbprint | undefined;
  const pins: Pins = {
    trustDomain: f.text('trustDomain'),
    authority: f.text('authority', THUMBPRINT) as Thumbprint,
    audit: f.text('audit', THUMBPRINT) as Thumbprint,
    ...(agency === undefined ? {} : { agency: parseAgencyId(agency) }),
    ...(gateway === undefined ? {} : { gateway: parseGatewayId(gateway) }),
    ...(recovery === undefined ? {} : { recovery }),
  };
  f.done();
  return pins;
};
