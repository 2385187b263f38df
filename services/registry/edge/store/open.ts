import { WaslError } from '../../../kernel/codes.ts';
import { checkDurability, migrate, openPool, type Pool, type StoreLog } from '../../../platform/store/index.ts';

/** The schema of the registry's own database that holds its tables; queries name it. */
const SCHEMA = 'registry';

/**
 * Opens the registry's database and brings it to the newest migration. `store-unavailable` when the server is away now, or would lose what
 * it acknowledges.
 */
export async function openStore(url: string, log?: StoreLog): Promise<Pool> {
  const pool = openPool(url, {
    applicationName: 'wasl registry',
    queryTimeoutMs: 30_000,
    ...(log === undefined ? {} : { log }),
  });
  try {
    await checkDurability(pool);
    await migrate(pool, SCHEMA, new URL('./migrations/', import.meta.url));
    return pool;
  } catch (cause) {
    await pool.end();
    throw new WaslError('store-unavailable', { what: cause instanceof Error ? cause.message : '-' }, { cause });
  }
}

/** Throws `store-unavailable` while the database does not answer. */
export async function checkStore(pool: Pool): Promise<void> {
  await pool.query('select 1').catch((cause: unknown) => {
    throw new WaslError('store-unavailable', { what: 'no answer' }, { cause });
  });
}
