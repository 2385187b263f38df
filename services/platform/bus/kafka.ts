import type { Logger } from '../log/index.ts';
import type { Bus } from './port.ts';
export interface KafkaBusOptions {
  readonly brokers: readonly string[];
  readonly singleBroker: boolean;
  readonly log: Logger;
  readonly sasl?: { readonly mechanism: string; readonly username: string; readonly password: string };
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
}
export const openKafkaBus = async (_: KafkaBusOptions): Promise<Bus> => {
  throw new Error('soon');
};
