// The store door for ministries: PostgreSQL through the one driver of the platform.
export { openPool, type Pool, type PoolClient, transaction } from '../../services/platform/store/index.ts';
