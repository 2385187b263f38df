import { setMaxListeners } from 'node:events';
import { loadIdentity } from '../../adapters/kit/index.ts';
import { readJws } from '../../services/kernel/jws.ts';
import { parseEntity } from '../../services/kernel/registry.ts';
import { TYP } from '../../services/kernel/statements.ts';
import { openEmbeddedBus } from '../../services/platform/bus/embedded.ts';
import { connectGateway } from '../../services/platform/rpc/client.ts';
import { startExchange } from '../support/exchange.ts';
import { sharedCluster } from '../support/postgres.ts';
import { figure, percentile, type Scenario } from './figures.ts';

const GATEWAYS = 20;
const CHANGES = 50;
const AGENCY = 'agency.health.json';

/**
 * How long a change of the registry takes to each of twenty gateways, from the call that makes it to the gateway's word on its stream that its verified copy
 * has it. All of them, the registry and the embedded bus share this machine.
 */
export const measurePropagation = async (say: (text: string) => void): Promise<readonly Scenario[]> => {
  const cluster = await sharedCluster();
  const bus = await openEmbeddedBus({ url: await cluster.createDatabase() });
  const exchange = await startExchange(bus);
  const over = new AbortController();
  setMaxListeners(GATEWAYS, over.signal);
  try {
    say(`starting ${GATEWAYS} gateways`);
    const gateways = [exchange.gateway];
    while (gateways.length < GATEWAYS) gateways.push(await exchange.startGateway());
    const { tls, trustDomain } = await loadIdentity(exchange.layout.agency('health'));
    const versions = new Map<string, number>();
    let heard: () => void = () => undefined;
    const took: number[] = [];
    let awaited = { version: Number.POSITIVE_INFINITY, fromMs: 0 };
    const follow = async (address: string): Promise<void> => {
      const connection = connectGateway({ address, tls, trustDomain });
      try {
        for await (const { head } of connection.followRegistry(over.signal)) {
          if (head === '') continue;
          const version = Number(readJws(head, TYP.registryHead).payload.version);
          const before = versions.get(address) ?? 0;
          versions.set(address, version);
          if (before < awaited.version && version >= awaited.version) took.push(performance.now() - awaited.fromMs);
          heard();
        }
      } finally {
        connection.close();
      }
    };
    const following = gateways.map(({ address }) => follow(address).catch(() => undefined));
    const reached = (version: number): boolean =>
      versions.size === GATEWAYS && [...versions.values()].every((held) => held >= version);
    const untilReached = async (version: number): Promise<void> => {
      while (!reached(version)) {
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    };
    let { version } = await exchange.registryVersion();
    await untilReached(version);
    const held = await exchange.readDeclared(AGENCY);
    say(`${CHANGES} changes, one after the other`);
    for (let change = 1; change <= CHANGES; change += 1) {
      version += 1;
      awaited = { version, fromMs: performance.now() };
      const text = `Health, ${change}`;
      await exchange.registry.apply([parseEntity({ ...held, name: { en: text, ar: text } } as never)]);
      await untilReached(version);
    }
    over.abort();
    await Promise.all(following);
    const p99 = percentile(took, 0.99);
    return [
      figure(`a change reaches ${GATEWAYS} gateways`, 'ms', took),
      { ...figure('of that, p99', 'ms', [p99]), yardstick: '1,000 ms', ratio: p99 / 1_000 },
    ];
  } finally {
    over.abort();
    await exchange.stop();
    await bus.close();
    await cluster.stop();
  }
};
