import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, openPool, startCluster } from '../../services/platform/store/index.ts';

export interface TestCluster {
  readonly cluster: Cluster;
  readonly dataDir: string;
  /** A fresh, empty database; returns its superuser's URL. */
  createDatabase(): Promise<string>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

// So ends vitest the process of a file; without a word on it nothing that listens to `exit` would run.
const onTerminated = (): never => process.exit(143);

let shared: Promise<TestCluster> | undefined;

/** The one throw-away server of this test file's process, as durable as a real one; started on first use. */
export function sharedCluster(): Promise<TestCluster> {
  shared ??= startTestCluster();
  return shared;
}

/** A throw-away server of the caller's own. However the process ends, the server does not outlive it. */
export async function startTestCluster(): Promise<TestCluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wasl-test-pg-'));
  const cluster = await startCluster({ dataDir, name: 'test' });
  const kill = () => {
    try {
      process.kill(cluster.pid, 'SIGQUIT');
    } catch {
      // It is gone already.
    }
  };
  process.once('exit', kill);
  if (!process.listeners('SIGTERM').includes(onTerminated)) process.once('SIGTERM', onTerminated);
  void cluster.exited.then(() => process.off('exit', kill));
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
      const inner = await readFile(join(dataDir, 'cluster.json'), 'utf8');
      await rm((JSON.parse(inner) as { inner: string }).inner, { recursive: true, force: true });
      await rm(dataDir, { recursive: true, force: true });
      shared = undefined;
    },
  };
}
