import { WaslError } from '../../../kernel/codes.ts';
import { type Pool, type PoolClient, transaction } from '../../../platform/store/index.ts';
import type { Level, Mode, Reference, StoredSchema, Version } from '../../domain/subjects.ts';
import type { SubjectReads, SubjectStore, SubjectWriter } from '../../domain/subjects-store.ts';

interface SchemaRow {
  readonly id: number;
  readonly schema: string;
  readonly refs: readonly Reference[];
}
type VersionRow = SchemaRow & { readonly subject: string; readonly version: number };

const REFS = `coalesce((
  select jsonb_agg(jsonb_build_object('name', r.name, 'subject', r.subject, 'version', r.version) order by r.name)
  from registry.schema_references r where r.schema_id = s.id), '[]') as refs`;
const VERSIONS = `select v.subject, v.version, s.id, s.schema, ${REFS}
  from registry.versions v join registry.schemas s on s.id = v.schema_id`;

const schemaOf = ({ id, schema, refs }: SchemaRow): StoredSchema => ({ id, schema, references: refs });
const versionOf = (row: VersionRow): Version => ({ ...schemaOf(row), subject: row.subject, version: row.version });

const readsOf = (client: Pool | PoolClient): SubjectReads & Pick<SubjectWriter, 'find'> => ({
  subjects: async (prefix) => {
    const { rows } = await client.query<{ subject: string }>(
      'select subject from registry.versions where starts_with(subject, $1) group by subject order by subject collate "C"',
      [prefix],
    );
    return rows.map(({ subject }) => subject);
  },
  versions: async (subject) => {
    const { rows } = await client.query<VersionRow>(`${VERSIONS} where v.subject = $1 order by v.version`, [subject]);
    return rows.map(versionOf);
  },
  version: async (subject, version) => {
    const wanted = version === 'latest' ? null : version;
    const { rows } = await client.query<VersionRow>(
      `${VERSIONS} where v.subject = $1 and v.version = coalesce($2::int, v.version) order by v.version desc limit 1`,
      [subject, wanted],
    );
    return rows.map(versionOf)[0];
  },
  schema: async (id) => {
    const { rows } = await client.query<SchemaRow>(
      `select s.id, s.schema, ${REFS} from registry.schemas s where s.id = $1`,
      [id],
    );
    return rows.map(schemaOf)[0];
  },
  uses: async (id) => {
    const { rows } = await client.query<{ subject: string; version: number }>(
      'select subject, version from registry.versions where schema_id = $1 order by subject collate "C", version',
      [id],
    );
    return rows;
  },
  all: async (prefix, only, { offset, limit }) => {
    const { rows } = await client.query<VersionRow>(
      `${VERSIONS} where starts_with(v.subject, $1)
        and ($2 = 'all' or v.version = (select max(n.version) from registry.versions n where n.subject = v.subject))
        order by v.subject collate "C", v.version offset $3 limit $4`,
      [prefix, only, offset, limit],
    );
    return rows.map(versionOf);
  },
  referencedBy: async (subject, version) => {
    const { rows } = await client.query<{ schema_id: number }>(
      'select distinct schema_id from registry.schema_references where subject = $1 and version = $2 order by schema_id',
      [subject, version],
    );
    return rows.map((row) => row.schema_id);
  },
  settings: async (subject) => {
    const { rows } = await client.query<{ compatibility: Level | null; mode: Mode | null }>(
      'select compatibility, mode from registry.subject_settings where subject = $1',
      [subject],
    );
    const { compatibility, mode } = rows[0] ?? { compatibility: null, mode: null };
    return { ...(compatibility === null ? {} : { compatibility }), ...(mode === null ? {} : { mode }) };
  },
  find: async (subject, digest) => {
    const { rows } = await client.query<VersionRow>(`${VERSIONS} where v.subject = $1 and s.digest = $2`, [
      subject,
      digest,
    ]);
    return rows.map(versionOf)[0];
  },
});

const writerOf = (client: PoolClient): SubjectWriter => ({
  ...readsOf(client),
  add: async ({ subject, version, digest, schema, references }) => {
    const idOf = async (): Promise<number | undefined> => {
      const { rows } = await client.query<{ id: number }>('select id from registry.schemas where digest = $1', [
        digest,
      ]);
      return rows[0]?.id;
    };
    let id = await idOf();
    if (id === undefined) {
      // The same schema may come under another subject at this moment: then it waits for that one, and takes its id.
      const { rows } = await client.query<{ id: number }>(
        'insert into registry.schemas (digest, schema) values ($1, $2) on conflict (digest) do nothing returning id',
        [digest, schema],
      );
      id = rows[0]?.id ?? (await idOf());
      if (rows.length > 0) {
        await client.query(
          `insert into registry.schema_references (schema_id, name, subject, version)
           select $1, name, subject, version from jsonb_to_recordset($2) as r (name text, subject text, version int)`,
          [id, JSON.stringify(references)],
        );
      }
    }
    await client.query('insert into registry.versions (subject, version, schema_id) values ($1, $2, $3)', [
      subject,
      version,
      id,
    ]);
    const { rows } = await client.query<VersionRow>(`${VERSIONS} where v.subject = $1 and v.version = $2`, [
      subject,
      version,
    ]);
    return versionOf(rows[0] as VersionRow);
  },
});

/** The registry of schemas in the registry's database. */
export const openSubjectStore = (pool: Pool): SubjectStore => {
  const reads = readsOf(pool);
  const asked =
    <A extends readonly unknown[], T>(ask: (...of: A) => Promise<T>) =>
    (...of: A): Promise<T> =>
      ask(...of).catch(unavailable);
  // One at a time in this process: a crowd that waits for the database's lock would hold every connection that others need.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.catch(() => undefined).then(work);
    last = done;
    return done;
  };
  return {
    subjects: asked(reads.subjects),
    versions: asked(reads.versions),
    version: asked(reads.version),
    schema: asked(reads.schema),
    uses: asked(reads.uses),
    all: asked(reads.all),
    referencedBy: asked(reads.referencedBy),
    settings: asked(reads.settings),
    find: asked(reads.find),
    alone: (subject, work) =>
      inTurn(() =>
        transaction(pool, async (client) => {
          await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`wasl subject ${subject}`]);
          return work(writerOf(client));
          // COMMIT POINT. A crash before leaves nothing but an id that no schema will have.
        }),
      ).catch(unavailable),
    set: asked(async (subject, { compatibility, mode }) => {
      await pool.query(
        `insert into registry.subject_settings as held (subject, compatibility, mode) values ($1, $2, $3)
         on conflict (subject) do update set
           compatibility = case when $4 then excluded.compatibility else held.compatibility end,
           mode = case when $5 then excluded.mode else held.mode end`,
        [subject, compatibility ?? null, mode ?? null, compatibility !== undefined, mode !== undefined],
      );
    }),
  };
};

/** A refusal of ours and a mistake of ours stay what they are; the driver's own words go no further than the cause. */
const unavailable = (cause: unknown): never => {
  if (cause instanceof WaslError || cause instanceof TypeError || cause instanceof RangeError) throw cause;
  throw new WaslError('store-unavailable', { what: 'a query failed' }, { cause });
};
