import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A commit point: just before or just after something of a kind is durable. */
export interface Point {
  readonly when: 'before' | 'after';
  readonly kind: 'requested' | 'answered' | 'offered' | 'asked' | 'concluded';
}

/** A process of the bus or of an agency, that can be ended at any moment or at a commit point. */
export interface Mortal {
  /** Its boot or its replica. */
  readonly name: string;
  kill(): Promise<void>;
  /** Ends it at the next such commit; resolves, once it is gone, to the requests that commit was about. */
  dieAt(point: Point): Promise<readonly string[]>;
  /** Makes it wait at the next such commit; resolves to the requests of it, and to what lets it go on. */
  holdAt(point: Point): Promise<{ readonly ids: readonly string[]; readonly go: () => void }>;
}

const REACHED = /^\{"reached":.*\}$/m;
const idsIn = (said: string): readonly string[] => JSON.parse(REACHED.exec(said)?.[0] ?? '{"reached":[]}').reached;

/** Starts a script of this folder; resolves once it is ready. It ends with us. */
export const startMortal = async (script: URL, argument: object): Promise<Mortal> => {
  const child = spawn(process.execPath, [fileURLToPath(script), JSON.stringify(argument)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  let said = '';
  let heard = (): void => undefined;
  child.stdout?.on('data', (chunk) => {
    said += chunk;
    heard();
  });
  const closed = once(child, 'close');
  const told = (kind: string): Promise<{ readonly name: string }> =>
    new Promise((resolve, reject) => {
      const take = (message: { kind: string; name: string }): void => {
        if (message.kind !== kind) return;
        child.off('message', take);
        resolve(message);
      };
      child.on('message', take);
      void closed.then(() => reject(new Error(`${script.pathname} ended: ${said.slice(-2_000)}`)));
    });
  const arm = async (point: Point, holds: boolean): Promise<void> => {
    said = '';
    const armed = told('armed');
    child.send({ arm: { ...point, holds } });
    await armed;
  };
  const { name } = await told('ready');
  return {
    name,
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
    dieAt: async (point) => {
      await arm(point, false);
      await closed;
      return idsIn(said);
    },
    holdAt: async (point) => {
      await arm(point, true);
      await new Promise<void>((resolve) => {
        heard = () => {
          if (REACHED.test(said)) resolve();
        };
        heard();
      });
      return { ids: idsIn(said), go: () => void child.send({ go: true }) };
    },
  };
};
