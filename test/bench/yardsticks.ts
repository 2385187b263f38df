import type { Layout } from '../../services/cli/development/layout.ts';
import { freePort } from '../../services/platform/store/index.ts';
import { type Loader, startLoader } from './loader.ts';
import type { End } from './world.ts';

export interface Yardsticks {
  readonly client: Loader;
  readonly pids: Readonly<Record<'client' | 'relay' | 'server', number>>;
  stop(): Promise<void>;
}

/** Starts the yardsticks' three processes beside a world, with its certificates; the loader calls directly, by the relay, or with the floor. */
export const startYardsticks = async (layout: Layout, ends: End[]): Promise<Yardsticks> => {
  const [server, relay] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const gateway = layout.gateway('gw-1');
  const started: Loader[] = [];
  const start = async (name: string, ...args: readonly string[]): Promise<Loader> => {
    const one = await startLoader(name, args);
    ends.push(one.stop);
    started.push(one);
    return one;
  };
  const { pid: relayPid } = await start('yard-relay', gateway, relay);
  const { pid: serverPid } = await start('yard-server', gateway, server, layout.agency('civil-status'), relay);
  const client = await start('yard-client', layout.agency('transport'), server, relay);
  return {
    client,
    pids: { client: client.pid, relay: relayPid, server: serverPid },
    stop: async () => {
      for (const one of started.reverse()) await one.stop();
    },
  };
};
