import type { JsonValue } from '../../../kernel/strict-json.ts';
import type { RestCall, RestReply } from '../../../platform/web/index.ts';
import { parseSubject, type StoredSchema, type Version } from '../../domain/subjects.ts';

export const ok = (body: JsonValue): RestReply => ({ status: 200, body });
export const raw = (schema: string): RestReply => ({ status: 200, body: schema, raw: true });

export const schemaJson = ({ schema, references }: StoredSchema) => ({
  schemaType: 'JSON',
  schema,
  ...(references.length === 0 ? {} : { references: references.map((reference) => ({ ...reference })) }),
});
export const versionJson = (version: Version) => ({
  subject: version.subject,
  version: version.version,
  id: version.id,
  ...schemaJson(version),
});

export const subjectOf = ({ params }: RestCall): string => parseSubject(params.subject ?? '');
