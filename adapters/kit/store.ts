// The store door for ministries: PostgreSQL through the one driver of the platform.
export { openPool } from '../../services/platform/store/index.ts';
