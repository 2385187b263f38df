import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Ask, Outcome } from '../../adapters/kit/index.ts';

const KIT = fileURLToPath(new URL('../fault/kit.mjs', import.meta.url));

/** An outcome without its document, of which only the length is told, and how long it took. */
export type Said = Omit<Outcome, 'outcome'> & {
  readonly outcome: Outcome['outcome'];
  readonly code?: string;
  readonly retryAfterMs?: number;
  readonly characters?: number;
  readonly tookMs: number;
};

/** The kit of an agency as a process of its own. */
export interface KitProcess {
  readonly pid: number;
  /** Calls of its handlers so far. */
  calls(): number;
  ask(ask: Ask): Promise<Said>;
  /** Reads its whole journal, each link verified; resolves to the number of entries. */
  readJournal(): Promise<number>;
  kill(): Promise<void>;
  /** Asks it to stop; resolves once it has ended by itself. */
  end(): Promise<void>;
}

export const startKitProcess = async (of: {
  readonly identity: string;
  readonly gateways: readonly string[];
  readonly journal: { readonly dir: string } | { readonly url: string };
  /** What its handlers find, by document type. */
  readonly documents?: Readonly<Record<string, object>>;
  /** How long they take to find it, ms. */
  readonly takesMs?: number;
  readonly credits?: number;
}): Promise<KitProcess> => {
  const child = spawn(process.execPath, [KIT, JSON.stringify(of)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = once(child, 'exit');
  const waiting = new Map<number, (said: never) => void>();
  let calls = 0;
  let asked = 0;
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: { kind: string; id: number }) => {
      if (message.kind === 'ready') resolve();
      else if (message.kind === 'called') calls += 1;
      else waiting.get(message.id)?.(message as never);
    });
    void gone.then(() => reject(new Error('the kit process ended')));
  });
  const tell = <T>(what: { readonly ask?: Ask }): Promise<T> =>
    new Promise((resolve, reject) => {
      asked += 1;
      const id = asked;
      waiting.set(id, resolve);
      child.send({ id, ...what });
      void gone.then(() => reject(new Error('the kit process ended')));
    });
  return {
    pid: child.pid ?? 0,
    calls: () => calls,
    ask: async (ask) => {
      const { outcome, tookMs } = await tell<{ outcome: Said; tookMs: number }>({ ask });
      return { ...outcome, tookMs };
    },
    readJournal: async () => (await tell<{ entries: number }>({})).entries,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    end: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
};
