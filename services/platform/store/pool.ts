import pg from 'pg';
import type { StoreLog } from './log.ts';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

export interface PoolOptions {
  /** Connections at most; 10 unless told. */
  readonly max?: number;
  readonly applicationName?: string;
  readonly log?: StoreLog;
  /** How long to wait for a connection, ms; 5 s unless told. */
  readonly connectTimeoutMs?: number;
  /** After this many ms without an answer a query rejects on our side, for a server that vanished; none unless told. */
  readonly queryTimeoutMs?: number;
}

/** A pool of connections. A connection that is lost while idle is noted and replaced; it never takes the process down. */
export function openPool(url: string, options: PoolOptions = {}): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    keepAlive: true,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    ...(options.applicationName === undefined ? {} : { application_name: options.applicationName }),
  });
  const note = (error: Error) => options.log?.warn({ err: error }, 'a database connection was lost');
  pool.on('error', note);
  // A client that is out of the pool reports on itself, and unheard it would end the process.
  pool.on('connect', (client) => client.on('error', note));
  return pool;
}

/** Runs `fn` in one transaction: committed when it resolves, else rolled back. A connection that failed is not used again. */
export async function transaction<T>(pool: Pool, fn: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('begin');
    const result = await fn(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
