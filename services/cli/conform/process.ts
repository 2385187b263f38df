import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { WaslError } from '../../kernel/codes.ts';

/** An adapter that this command started, with all that its command started. */
export interface AdapterProcess {
  /** Resolves with a word on how it ended. */
  readonly exited: Promise<string>;
  /** Sends SIGTERM; resolves once it has ended. */
  terminate(): Promise<void>;
  /** Ends it, the hard way when it does not go. */
  stop(): Promise<void>;
  /** The last lines that it wrote. */
  said(): Promise<string>;
}

const KILL_AFTER_MS = 10_000;
const SHOWN_LINES = 15;

/** Runs a command line in a shell. What it writes goes to `log`. It never outlives this process. */
export const startAdapter = (command: string, env: Readonly<Record<string, string>>, log: string): AdapterProcess => {
  const out = openSync(log, 'a', 0o600);
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WASL_')));
  // A process group of its own, so that the signal reaches the adapter behind npm and the shell.
  const child = spawn(command, { shell: true, detached: true, stdio: ['ignore', out, out], env: { ...kept, ...env } });
  closeSync(out);
  let over = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  }).finally(() => {
    over = true;
  });
  const kill = (signal: NodeJS.Signals): void => {
    if (over || child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  };
  const killNow = (): void => kill('SIGKILL');
  const leave = (): void => process.exit(130);
  process.once('exit', killNow);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, leave);
  const terminate = async (): Promise<void> => {
    kill('SIGTERM');
    await exited;
  };
  return {
    exited,
    terminate,
    stop: async () => {
      const hard = setTimeout(killNow, KILL_AFTER_MS);
      await terminate();
      clearTimeout(hard);
      process.off('exit', killNow);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, leave);
    },
    said: async () => {
      const text = await readFile(log, 'utf8').catch(() => '');
      return text.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
    },
  };
};

/** Runs a command line to its good end; `bad-usage` names one that failed. */
export const shell = (command: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new WaslError('bad-usage', { what: `${command} ended with exit code ${code}` }));
    });
  });
