import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, openPool, startCluster } from '../../services/platform/store/index.ts';
import { lastWord } from './last-word.ts';

export interface TestCluster {
  readonly cluster: Cluster;
  readonly dataDir: string;
  /** A fresh, empty database; returns its superuser's URL. */
  createDatabase(): Promise<string>;
  /** Stops the server and removes its folder; the shared one stays for the test files that follow. */
  stop(): Promise<void>;
}

let shared: Promise<TestCluster> | undefined;

/** The one throw-away server of this process and all test files that run in it, as durable as a real one; started on first use, it ends with the process. */
export function sharedCluster(): Promise<TestCluster> {
  shared ??= startTestCluster().then((cluster) => ({ ...cluster, stop: async () => undefined }));
  return shared;
}

/** Ends the server over a folder of PostgreSQL's, whichever life of it stands, and removes what is named. */
const END = `pid=$(head -n 1 "$1/postmaster.pid") && { tr '\\0' ' ' < /proc/$pid/cmdline || ps -p $pid -o command=; } | grep -q -- "$1" && {
  kill -QUIT $pid
  while kill -0 $pid; do sleep 0.1; done
}
shift
rm -rf "$@"`;

/** A throw-away server of the caller's own. However the process ends, the server does not outlive it. */
export async function startTestCluster(): Promise<TestCluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wasl-test-pg-'));
  const cluster = await startCluster({ dataDir, name: 'test', settings: { max_connections: '150' } });
  const { inner } = JSON.parse(await readFile(join(dataDir, 'cluster.json'), 'utf8')) as { readonly inner: string };
  const stays = lastWord(END, realpathSync(join(inner, 'data')), inner, dataDir);
  const pool = openPool(cluster.url, { max: 2 });
  return {
    cluster,
    dataDir,
    async createDatabase() {
      const name = `t_${randomBytes(6).toString('hex')}`;
      await pool.query(`create database ${name}`);
      const url = new URL(cluster.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async stop() {
      await pool.end();
      await cluster.stop();
      stays();
      await rm(inner, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
