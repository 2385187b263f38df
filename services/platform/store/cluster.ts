import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import type { StoreLog } from './log.ts';
import { type Place, settle, writeState } from './place.ts';
import { clearStale, eachLine, runToEnd, runTool, stopServer } from './postmaster.ts';
import { lifeOf } from './processes.ts';

/** How a server of ours ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A PostgreSQL server of our own, on loopback. */
export interface Cluster {
  /** The superuser's URL (with its password) of the database `postgres`. */
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  /** Resolves when the server has ended, for whatever reason. */
  readonly exited: Promise<ServerExit>;
  /** Shuts down fast, within 4 s; harder after that. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** The cluster's folder; made when missing. Started by root, the data itself is elsewhere, see `cluster.json` in it. */
  readonly dataDir: string;
  /** Names the server in messages and in the process list. */
  readonly name: string;
  readonly log?: StoreLog;
  /** Settings of postgresql.conf to add or change. */
  readonly settings?: Readonly<Record<string, string>>;
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '60',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  io_method: 'sync',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const READY = 'database system is ready to accept connections';
const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets/;
// After a kill -9 the old server's backends hold its shared memory until they notice.
const STILL_HELD = /pre-existing shared memory block|lock file ".*" already exists/;

/** Starts the cluster of a folder, creating it at first; goes on where it was after any kind of end. Throws when the folder is in use. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const place = await settle(options.dataDir);
  if (await clearStale(place)) options.log?.warn({ name: options.name }, 'a server left running was stopped');
  await initialise(place);
  const until = Date.now() + 30_000;
  let { port } = place.state;
  for (;;) {
    port = await freePort(port);
    const owner = { pid: process.pid, life: lifeOf(process.pid) ?? '' };
    writeState({ ...place.state, port, owner });
    const { child, failure } = await launch(place, port, options);
    if (failure === undefined) return running(child, place, port);
    if (Date.now() > until || !(PORT_TAKEN.test(failure) || STILL_HELD.test(failure))) {
      throw new Error(`PostgreSQL (${options.name}) did not start: ${failure}`);
    }
    if (PORT_TAKEN.test(failure)) port = undefined;
    await wait(100);
  }
}

async function initialise(place: Place): Promise<void> {
  if (existsSync(place.data)) {
    const held = readFileSync(join(place.data, 'PG_VERSION'), 'utf8').trim();
    if (held === place.major) return;
    throw new Error(
      `${place.data} was made by PostgreSQL ${held}; this is ${place.major}. Dump and load it, or remove it.`,
    );
  }
  // Beside its final name, so that a folder named `data` is always a whole one.
  const fresh = join(place.inner, 'data.new');
  const secret = join(place.inner, 'password.new');
  await rm(fresh, { recursive: true, force: true });
  await rm(secret, { force: true });
  writeFileSync(secret, place.state.password, { mode: 0o600 });
  if (place.account !== undefined) chownSync(secret, place.account.uid, place.account.gid);
  const auth = ['--username=wasl', '--auth=scram-sha-256', `--pwfile=${secret}`];
  await runToEnd(place, 'initdb', ['-D', fresh, '--encoding=UTF8', '--locale=C', '--no-sync', ...auth]);
  await runToEnd(place, 'initdb', ['-D', fresh, '--sync-only']);
  await rm(secret, { force: true });
  await rename(fresh, place.data);
}

async function launch(place: Place, port: number, options: ClusterOptions) {
  const settings = { ...SETTINGS, cluster_name: options.name, ...options.settings, port: String(port) };
  const flags = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const child = runTool(place, 'postgres', ['-D', realpathSync(place.data), ...flags], true);
  const last: string[] = [];
  const failure = await new Promise<string | undefined>((resolve) => {
    eachLine(child, (line) => {
      last.push(line);
      if (last.length > 20) last.shift();
      if (/ (FATAL|PANIC|WARNING):/.test(line)) options.log?.warn({ name: options.name, line }, 'postgres');
      else options.log?.debug({ name: options.name, line }, 'postgres');
      if (line.includes(READY)) resolve(undefined);
    });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`${last.join('\n')} (${code ?? signal})`));
  });
  return { child, failure };
}

function running(child: ChildProcess, place: Place, port: number): Cluster {
  const pid = child.pid ?? 0;
  const exited = new Promise<ServerExit>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve({ code: child.exitCode, signal: child.signalCode });
    } else child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) await stopServer(pid, 4_000);
    await exited;
  };
  const url = `postgres://wasl:${place.state.password}@127.0.0.1:${port}/postgres`;
  return { url, pid, port, exited, stop };
}
