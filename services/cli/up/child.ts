import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Life } from './supervise.ts';

const KILL_AFTER_MS = 3_000;

/**
 * Starts a Node process of ours. Its output goes to the log file. The channel between us tells it when we are gone, so that it outlives
 * nobody who would stop it.
 */
export const startChild = (
  script: string,
  args: readonly string[],
  log: string,
  env: Record<string, string> = {},
): Life => {
  const out = openSync(log, 'a', 0o600);
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WASL_')));
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', out, out, 'ipc'],
    // A process group of its own: Ctrl-C reaches us alone, and we end what we started in order.
    detached: true,
    env: { ...kept, ...env },
  });
  closeSync(out);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  return {
    pid: child.pid ?? 0,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await exited;
      clearTimeout(hard);
    },
  };
};
