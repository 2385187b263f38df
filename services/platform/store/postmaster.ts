import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Place } from './place.ts';
import { commandLine, goneWithin, isAlive, lifeOf } from './processes.ts';

/** How a tool of PostgreSQL is run: as the place's account, in a folder it may enter, with nothing of our environment. */
export function runTool(place: Place, tool: string, args: readonly string[], detached = false): ChildProcess {
  return spawn(join(place.binaries, 'bin', tool), args, {
    cwd: place.inner,
    // Its own process group: Ctrl-C reaches us alone, and we stop the server when all who need it are done.
    detached,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: join(place.binaries, 'lib') },
    ...(place.account === undefined ? {} : { uid: place.account.uid, gid: place.account.gid }),
  });
}

/** Runs a tool to its end; throws with its output when it fails. */
export async function runToEnd(place: Place, tool: string, args: readonly string[]): Promise<void> {
  const child = runTool(place, tool, args);
  const output: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => output.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => output.push(bytes));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${tool} failed (${code}): ${Buffer.concat(output).toString('utf8').trim()}`);
}

/** Calls back with each line that the child writes. */
export function eachLine(child: ChildProcess, take: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', take);
  }
}

/** Stops a server by its id: fast shutdown, then after `ms` an immediate one, then the last means. */
export async function stopServer(pid: number, ms: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await goneWithin(pid, ms)) return;
  }
}

/**
 * Deals with a server that a killed parent left running over this folder: stops it. The file's pid is believed only when that process
 * runs postgres over this very folder. Throws when its owner lives, for then the folder is in use.
 */
export async function clearStale(place: Place): Promise<boolean> {
  const file = join(place.data, 'postmaster.pid');
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    return false;
  }
  const pid = Number(lines[0]);
  const command = Number.isSafeInteger(pid) && pid > 1 && isAlive(pid) ? (commandLine(pid) ?? '') : '';
  const ours = command.includes('postgres') && command.includes(realpathSync(place.data));
  if (ours) {
    const { owner } = place.state;
    if (owner !== undefined && lifeOf(owner.pid) === owner.life) {
      throw new Error(`The database in ${place.home} is in use by process ${owner.pid}. Stop that one first.`);
    }
    await stopServer(pid, 8_000);
    return true;
  }
  // PostgreSQL would refuse to start where an unrelated process has the old id and may be of its own account.
  await rm(file, { force: true });
  return false;
}
