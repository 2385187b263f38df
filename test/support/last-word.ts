import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** Runs a line of shell once this process is gone, however it went (kill -9 of a test run too); what is returned takes that back. */
export const lastWord = (line: string, ...args: readonly string[]): (() => void) => {
  // Its standard input ends with us; in a process group of its own it outlives what ends ours.
  const child = spawn('/bin/sh', ['-c', `cat > /dev/null; ${line}`, 'last-word', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  (child.stdin as unknown as Socket).unref();
  child.on('error', () => undefined);
  return () => void child.kill('SIGKILL');
};
