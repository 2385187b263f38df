import { WaslError } from '../../../kernel/codes.ts';
import { type Pool, type PoolClient, transaction } from '../../../platform/store/index.ts';

/** What the database holds of the registry's published state. */
export interface Held {
  readonly version: number;
  readonly digest: string;
  /** Records (compact JWS) by key. */
  readonly records: ReadonlyMap<string, string>;
}

export const readHeld = async (pool: Pool): Promise<Held> =>
  transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read');
    const { rows } = await client.query<{ version: string; digest: string }>(
      'select version, digest from registry.head',
    );
    const records = await client.query<{ key: string; record: string }>('select key, record from registry.entities');
    return {
      version: Number(rows[0]?.version ?? 0),
      digest: rows[0]?.digest ?? '',
      records: new Map(records.rows.map(({ key, record }) => [key, record])),
    };
  });

export const readVersion = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ version: string }>('select version from registry.head');
  return Number(rows[0]?.version ?? 0);
};

/**
 * Writes the records of a change and the head's next version, inside the caller's transaction. `store-unavailable` when another registry has
 * changed the state since version `from`: two of them at once would sign two states under one version.
 */
export const writeRecords = async (
  client: PoolClient,
  {
    from,
    digest,
    records,
  }: { readonly from: number; readonly digest: string; readonly records: ReadonlyMap<string, string> },
): Promise<void> => {
  const { rowCount } = await client.query(
    'update registry.head set version = version + 1, digest = $1 where version = $2',
    [digest, from],
  );
  if (rowCount !== 1) throw new WaslError('store-unavailable', { what: 'another registry works on this database' });
  await client.query(
    `insert into registry.entities (key, record) select * from unnest($1::text[], $2::text[])
     on conflict (key) do update set record = excluded.record`,
    [[...records.keys()], [...records.values()]],
  );
};
