import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../../kernel/codes.ts';

/** Whether a process says that it is ready. */
export const isReady = async (ops: string): Promise<boolean> => {
  try {
    return (await fetch(`http://${ops}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
};

/** Whether somebody listens there. */
export const listens = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const at = address.lastIndexOf(':');
    const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Waits until a check holds; throws `part-not-ready` after `withinMs`, and when `signal` aborts. `log`: file that says more. */
export const waitUntil = async (
  { part, log }: { readonly part: string; readonly log: string },
  check: () => Promise<boolean>,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> => {
  for (const end = Date.now() + withinMs; !(await check()); await wait(50, undefined, { signal })) {
    if (Date.now() > end) throw new WaslError('part-not-ready', { part, seconds: withinMs / 1000, log });
  }
};
