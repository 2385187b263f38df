import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from '../../services/platform/store/processes.ts';
import { WASL } from './built.ts';
import { lastWord } from './last-word.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Below a test's own time: what a command said before it stood still is then in the failure. */
const PATIENCE_MS = 55_000;

/** Runs the built command to its end. */
export const wasl = (...args: readonly string[]): Promise<Said> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [WASL, ...args],
      { maxBuffer: 16 * 1024 * 1024, timeout: PATIENCE_MS },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      },
    );
  });

/** Runs it with --json: the one object on standard output, and the exit code. */
export const waslJson = async (...args: readonly string[]) => {
  const said = await wasl(...args, '--json');
  // biome-ignore lint/suspicious/noExplicitAny: the printed object is what the tests look into.
  return { code: said.code, json: JSON.parse(said.stdout) as any };
};

/** A `wasl up` that stays. */
export interface Up {
  readonly child: ChildProcess;
  /** Resolves with the first line printed, so far or from now on, that fits. */
  said(pattern: RegExp): Promise<string>;
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>;
}

export const startUp = (...args: readonly string[]): Up => {
  const child = spawn(process.execPath, [WASL, 'up', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const listener of [...listeners]) listener();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  void exited.then(lastWord('kill -TERM "$1"', String(child.pid)));
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = lines.find((text) => pattern.test(text));
        if (line === undefined) return;
        listeners.delete(look);
        resolve(line);
      };
      listeners.add(look);
      void exited.then(() => reject(new Error(`up ended without saying ${pattern}:\n${lines.join('\n')}`)));
      look();
    });
  return { child, exited, said };
};

/** Waits until none of the processes stands; gives those that still do after `ms`. */
export const leftAfter = async (pids: readonly number[], ms: number): Promise<readonly number[]> => {
  for (const until = Date.now() + ms; ; await wait(50)) {
    const left = pids.filter(isAlive);
    if (left.length === 0 || Date.now() > until) return left;
  }
};

/** Removes a data folder, and what root's PostgreSQL servers keep elsewhere. */
export const removeData = async (data: string): Promise<void> => {
  const sources = join(data, 'sources');
  const clusters = existsSync(sources) ? readdirSync(sources).map((name) => join(sources, name)) : [];
  for (const cluster of [join(data, 'hub'), ...clusters]) {
    const state = join(cluster, 'cluster.json');
    if (!existsSync(state)) continue;
    const { inner } = JSON.parse(readFileSync(state, 'utf8')) as { readonly inner: string };
    await rm(inner, { recursive: true, force: true });
  }
  await rm(data, { recursive: true, force: true });
};
