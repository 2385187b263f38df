import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBusAddresses } from '../../services/cli/member.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import { type Exchange, startExchange } from './exchange.ts';
import { sharedCluster } from './postgres.ts';

/** A bus with a registry that members call; `operator` is the authority's folder, `folder` a place for others. */
export interface MembersWorld {
  readonly exchange: Exchange;
  readonly operator: string;
  readonly folder: string;
  stop(): Promise<void>;
}

export const startMembersWorld = async (): Promise<MembersWorld> => {
  const bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
  const exchange = await startExchange(bus);
  const folder = await mkdtemp(join(tmpdir(), 'wasl-join-'));
  const { operator } = exchange.layout;
  const addresses = { registry: exchange.registry.address, gateways: [exchange.gateway.address] };
  for (const of of [operator, exchange.layout.agency('transport')]) await writeBusAddresses(of, addresses);
  return {
    exchange,
    operator,
    folder,
    stop: async () => {
      await exchange.stop();
      await bus.close();
      await rm(folder, { recursive: true });
      await (await sharedCluster()).stop();
    },
  };
};
