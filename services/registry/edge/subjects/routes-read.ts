import { WaslError } from '../../../kernel/codes.ts';
import type { RestCall } from '../../../platform/web/index.ts';
import { parseSchemaId, parseVersion, type StoredSchema, type Version } from '../../domain/subjects.ts';
import { versionOf } from '../../domain/subjects-register.ts';
import type { SubjectReads } from '../../domain/subjects-store.ts';
import { ok, raw, schemaJson, subjectOf, versionJson } from './answers.ts';
import { type DescribedRoute, listOf, ref } from './described.ts';

/** Versions that one answer lists at most. */
const PAGE = 1_000;

const prefixOf = ({ query }: RestCall): string => {
  const prefix = query.get('subjectPrefix') ?? '';
  // All contexts, or the only one that there is.
  return prefix === ':*:' || prefix === ':.:' ? '' : prefix;
};
const pageOf = ({ query }: RestCall): { readonly offset: number; readonly limit: number } => {
  const count = (name: string, otherwise: number): number => {
    const given = query.get(name) ?? '';
    return /^\d{1,9}$/.test(given) ? Number(given) : otherwise;
  };
  return { offset: count('offset', 0), limit: Math.min(count('limit', PAGE), PAGE) };
};

const PREFIX = { subjectPrefix: 'Only subjects whose names begin so.' };
const PAGED = { offset: 'How many to leave out before the first.', limit: `How many at most; ${PAGE} unless told.` };

/** Reading what is registered. */
export const readRoutes = (reads: SubjectReads): readonly DescribedRoute[] => {
  const schemaOf = async ({ params }: RestCall): Promise<StoredSchema> => {
    const id = parseSchemaId(params.id ?? '');
    const held = id === undefined ? undefined : await reads.schema(id);
    if (held === undefined) throw new WaslError('schema-unknown', { what: `id ${(params.id ?? '').slice(0, 20)}` });
    return held;
  };
  const versionIn = async (call: RestCall): Promise<Version> =>
    versionOf(reads, subjectOf(call), parseVersion(call.params.version ?? ''));
  const get = (
    path: string,
    summary: string,
    answer: DescribedRoute['answer'],
    failures: DescribedRoute['failures'],
    handle: DescribedRoute['handle'],
    query?: DescribedRoute['query'],
  ): DescribedRoute => ({
    method: 'GET',
    access: 'read',
    path,
    summary,
    answer,
    failures,
    handle,
    ...(query === undefined ? {} : { query }),
  });
  const texts = listOf({ type: 'string' });
  const anySchema = { type: ['object', 'boolean'] };
  return [
    get('/', 'Whether it answers.', { type: 'object' }, [], async () => ok({})),
    get(
      '/subjects',
      'All subjects.',
      texts,
      [],
      async (call) => {
        const { offset, limit } = pageOf(call);
        return ok((await reads.subjects(prefixOf(call))).slice(offset, offset + limit));
      },
      { ...PREFIX, ...PAGED },
    ),
    get(
      '/subjects/:subject/versions',
      'The versions of a subject.',
      listOf({ type: 'integer' }),
      [404, 422],
      async (call) => {
        const subject = subjectOf(call);
        await versionOf(reads, subject, 'latest');
        return ok((await reads.versions(subject)).map(({ version }) => version));
      },
    ),
    get(
      '/subjects/:subject/versions/:version',
      'One version; `latest` is one too.',
      ref('Version'),
      [404, 422],
      async (call) => ok(versionJson(await versionIn(call))),
    ),
    get(
      '/subjects/:subject/versions/:version/schema',
      'The schema of a version, alone.',
      anySchema,
      [404, 422],
      async (call) => raw((await versionIn(call)).schema),
    ),
    get(
      '/subjects/:subject/versions/:version/referencedby',
      'Ids of the schemas that refer to a version.',
      listOf({ type: 'integer' }),
      [404, 422],
      async (call) => {
        const { subject, version } = await versionIn(call);
        return ok(await reads.referencedBy(subject, version));
      },
    ),
    get(
      '/schemas',
      'Versions of all subjects.',
      listOf(ref('Version')),
      [],
      async (call) => {
        const only = call.query.get('latestOnly') === 'true' ? 'latest' : 'all';
        return ok((await reads.all(prefixOf(call), only, pageOf(call))).map(versionJson));
      },
      { ...PREFIX, ...PAGED, latestOnly: 'Only the latest of each subject.' },
    ),
    get('/schemas/types', 'The types of schema that are taken.', texts, [], async () => ok(['JSON'])),
    get('/schemas/ids/:id', 'The schema with an id.', ref('Schema'), [404], async (call) =>
      ok(schemaJson(await schemaOf(call))),
    ),
    get('/schemas/ids/:id/schema', 'The schema with an id, alone.', anySchema, [404], async (call) =>
      raw((await schemaOf(call)).schema),
    ),
    get('/schemas/ids/:id/subjects', 'The subjects that have a schema.', texts, [404], async (call) => {
      const places = await reads.uses((await schemaOf(call)).id);
      return ok([...new Set(places.map(({ subject }) => subject))]);
    }),
    get('/schemas/ids/:id/versions', 'The versions that have a schema.', listOf(ref('Place')), [404], async (call) =>
      ok((await reads.uses((await schemaOf(call)).id)).map((place) => ({ ...place }))),
    ),
  ];
};
