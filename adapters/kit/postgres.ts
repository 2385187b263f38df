// The kit's second face, for a ministry whose source system is PostgreSQL: it needs the driver `pg`, which the first does not.
export {
  openPool,
  type Pool,
  type PoolClient,
  type PoolOptions,
  transaction,
} from '../../services/platform/store/pool.ts';
