// The one door to PostgreSQL: the driver, and servers of our own.
export { type Cluster, type ClusterOptions, type ServerExit, startCluster } from './cluster.ts';
export { checkDurability } from './durability.ts';
export { freePort } from './free-port.ts';
export { type Listening, listen } from './listen.ts';
export type { StoreLog } from './log.ts';
export { migrate } from './migrate.ts';
export { makeOwnDatabase } from './own-database.ts';
export { openPool, type Pool, type PoolClient, type PoolOptions, transaction } from './pool.ts';
