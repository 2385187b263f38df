import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Loaded, Order, Told, What } from './processes/load.ts';

/** A process that makes load when it is told to. */
export interface Loader {
  readonly pid: number;
  /** Runs an order to its end. `opened` and `closed` are called as the counted time begins and ends. */
  run(order: Order, at?: { readonly opened?: () => void; readonly closed?: () => void }): Promise<Loaded>;
  /** Begins load beside everything else; what is returned ends it, and says what it was. */
  beside(what: What): () => Promise<Loaded>;
  stop(): Promise<void>;
}

const KILL_AFTER_MS = 3_000;
/** Beyond what an order is to take: several times the deadline of a request. */
const PATIENCE_MS = 120_000;
const PATIENCE_A_CALL_MS = 100;

export const scriptOf = (name: string): string => fileURLToPath(new URL(`./processes/${name}.js`, import.meta.url));

/** Starts a script of ours that obeys; resolves once it is ready. */
export const startLoader = async (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Loader> => {
  const child = fork(scriptOf(name), [...args], { stdio: ['ignore', 2, 2, 'ipc'], env: { ...process.env, ...env } });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`the ${name} process ended (${code ?? signal})`)));
  });
  ended.catch(() => undefined);
  await Promise.race([told(child, 'ready'), ended]);
  const run: Loader['run'] = async (order, at = {}) => {
    const done = told(child, 'done', (step) => {
      if (step === 'open') at.opened?.();
      if (step === 'closed') at.closed?.();
    });
    child.send(order);
    const last = await Promise.race([done, ended, tooLong(name, order)]);
    if (last.at !== 'done') throw new Error('unreachable');
    return last.loaded;
  };
  return {
    pid: child.pid ?? 0,
    run,
    beside: (what) => {
      child.send({ run: 'beside', what } satisfies Order);
      return () => run({ run: 'quiet' });
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      await gone;
      clearTimeout(hard);
    },
  };
};

/** A process that stands still must not make the bench stand still. */
const tooLong = (name: string, order: Order): Promise<never> =>
  new Promise((_, reject) => {
    const due = 'ms' in order ? order.ms : 'calls' in order ? order.calls * PATIENCE_A_CALL_MS : 0;
    const timer = setTimeout(
      () => reject(new Error(`the ${name} process has not ended its ${order.run} run`)),
      PATIENCE_MS + due,
    );
    timer.unref();
  });

const told = (child: ChildProcess, last: Told['at'], hear: (at: Told['at']) => void = () => undefined): Promise<Told> =>
  new Promise((resolve) => {
    const listen = (message: Told): void => {
      hear(message.at);
      if (message.at !== last) return;
      child.off('message', listen);
      resolve(message);
    };
    child.on('message', listen);
  });
