import { join } from 'node:path';
import type { Limits } from '../../services/gateway/domain/budget.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { freePort } from '../../services/platform/store/index.ts';
import { personalExtract } from './documents.ts';
import { type Exchange, startExchange } from './exchange.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { type KitProcess, startKitProcess } from './kit-process.ts';
import { sharedCluster } from './postgres.ts';

/** A gateway, a provider of personal extracts and its requesters, each a process of its own. */
export interface CrowdWorld {
  readonly bus: Bus;
  readonly exchange: Exchange;
  readonly gateway: GatewayProcess;
  readonly provider: KitProcess;
  kit(agency: string): Promise<KitProcess>;
  stop(): Promise<void>;
}

export const startCrowdWorld = async (limits: Partial<Limits> = {}): Promise<CrowdWorld> => {
  const cluster = await sharedCluster();
  const databaseUrl = await cluster.createDatabase();
  const bus = await openEmbeddedBus({ url: databaseUrl });
  const listen = `127.0.0.1:${await freePort()}`;
  const exchange = await startExchange(bus, { gatewayAt: listen });
  const gateway = await startGatewayProcess({ exchange, listen, bus: { bus: 'embedded', databaseUrl }, limits });
  const kits: KitProcess[] = [];
  const start = async (agency: string, documents?: Readonly<Record<string, object>>): Promise<KitProcess> => {
    const kit = await startKitProcess({
      identity: exchange.layout.agency(agency),
      gateways: [listen],
      journal: { dir: join(exchange.layout.root, `kit-${kits.length}`) },
      ...(documents === undefined ? {} : { documents }),
    });
    kits.push(kit);
    return kit;
  };
  return {
    bus,
    exchange,
    gateway,
    provider: await start('civil-status', { 'civil-status.personal-extract': personalExtract() }),
    kit: (agency) => start(agency),
    stop: async () => {
      for (const kit of kits) await kit.kill();
      await gateway.kill();
      await exchange.stop();
      await bus.close();
    },
  };
};
