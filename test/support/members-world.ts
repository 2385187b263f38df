import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { writeBusAddresses } from '../../services/platform/identity/index.ts';
import { type Exchange, startExchange } from './exchange.ts';
import { sharedCluster } from './postgres.ts';

/** A bus with a registry that members call; `operator` is the authority's folder, `folder` a place for others. */
interface MembersWorld {
  readonly exchange: Exchange;
  readonly operator: string;
  readonly folder: string;
}

/** One for the tests of a file: it stands once the first of them begins, until the last has ended. */
export const membersWorld = (): MembersWorld => {
  let bus: Bus;
  let exchange: Exchange;
  let folder: string;
  beforeAll(async () => {
    bus = await openEmbeddedBus({ url: await (await sharedCluster()).createDatabase() });
    exchange = await startExchange(bus);
    folder = await mkdtemp(join(tmpdir(), 'wasl-join-'));
    const { layout, registry, gateway } = exchange;
    const addresses = { registry: registry.address, gateways: [gateway.address] };
    for (const of of [layout.operator, layout.agency('transport')]) await writeBusAddresses(of, addresses);
  }, 60_000);
  afterAll(async () => {
    await exchange?.stop();
    await bus?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
    await (await sharedCluster()).stop();
  }, 60_000);
  return {
    get exchange() {
      return exchange;
    },
    get operator() {
      return exchange.layout.operator;
    },
    get folder() {
      return folder;
    },
  };
};
