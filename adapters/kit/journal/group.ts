import { WaslError } from '../../../services/kernel/codes.ts';

/** Inputs of one commit at most. */
const MOST = 512;
/** After a commit of this many or more the next one waits a little for company; callers that come alone wait for nobody. */
const CROWD = 4;
const LINGER_MS = 5;

export interface Groups<In, Out> {
  add(input: In): Promise<Out>;
  /** Takes nothing more and resolves when all that was taken has ended. */
  drain(): Promise<void>;
}

interface Waiting<In, Out> {
  readonly input: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: one `commit` at a time, of all that came while the one before ran. `commit` answers in the order of its inputs;
 * when it throws, all of them reject.
 */
export const makeGroups = <In, Out>(commit: (inputs: readonly In[]) => Promise<readonly Out[]>): Groups<In, Out> => {
  const queue: Waiting<In, Out>[] = [];
  let running: Promise<void> | undefined;
  let closed = false;
  let crowded = false;

  const run = async (): Promise<void> => {
    // One turn of the event loop, so that callers of the same tick share a commit.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      if (crowded) await new Promise((resolve) => setTimeout(resolve, LINGER_MS));
      const group = queue.splice(0, MOST);
      crowded = group.length >= CROWD;
      try {
        const outs = await commit(group.map(({ input }) => input));
        for (const [index, { resolve }] of group.entries()) resolve(outs[index] as Out);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    running = undefined;
  };

  return {
    add: (input) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new WaslError('journal-unavailable'));
          return;
        }
        queue.push({ input, resolve, reject });
        running ??= run();
      }),
    drain: async () => {
      closed = true;
      await running;
    },
  };
};
