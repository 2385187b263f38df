import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Limits } from '../../services/gateway/domain/budget.ts';
import type { Exchange } from './exchange.ts';

const GATEWAY = fileURLToPath(new URL('../fault/gateway.mjs', import.meta.url));

/** The gateway `gw-1` as a process of its own. */
export interface GatewayProcess {
  readonly pid: number;
  kill(): Promise<void>;
}

export const startGatewayProcess = async (of: {
  readonly exchange: Exchange;
  readonly listen: string;
  /** Settings by which the process opens the bus. */
  readonly bus: object;
  readonly limits?: Partial<Limits>;
}): Promise<GatewayProcess> => {
  const { exchange, ...rest } = of;
  const argument = JSON.stringify({ identity: exchange.layout.gateway('gw-1'), ...rest });
  const child = spawn(process.execPath, [GATEWAY, argument], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const gone = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    void gone.then(() => reject(new Error('the gateway did not start')));
  });
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};
