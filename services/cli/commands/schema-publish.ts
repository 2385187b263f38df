import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readAgreement } from '../../kernel/agreement.ts';
import { WaslError } from '../../kernel/codes.ts';
import { type Check, checkCompatibility, readSchemaText } from '../../kernel/containment/index.ts';
import { isObject } from '../../kernel/fields.ts';
import { type DocumentType, parseAgencyId, parseDocumentType, providerOf } from '../../kernel/ids.ts';
import type { Entity, EntityOf } from '../../kernel/registry.ts';
import { mustNameClaims } from '../../kernel/sdjwt.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { makeJudge, mustCompile } from '../../platform/validate/index.ts';
import type { End } from '../end.ts';
import { withRegistry } from '../member.ts';
import { shownBy } from '../shown.ts';

export interface PublishFlags {
  /** Folder of the providing agency's identity. */
  readonly as: string;
  readonly document?: string;
  readonly major?: number;
}

const FILE = /^([a-z0-9-]+\.[a-z0-9-]+)\.v(\d+)\.json$/;

/** Which document a schema file is of: as told, or as its name says. */
const namedBy = (file: string, { document, major }: PublishFlags): { id: DocumentType; version: number } => {
  const [, name, version] = FILE.exec(basename(file)) ?? [];
  const id = document ?? name;
  const number = major ?? Number(version);
  if (id === undefined || !Number.isSafeInteger(number) || number < 1) {
    throw new WaslError('bad-usage', {
      what: `${file} is not named <document>.v<major>.json; --document and --major say it`,
    });
  }
  return { id: parseDocumentType(id), version: number };
};

const readSchema = async (file: string): Promise<JsonObject> => {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new WaslError('bad-usage', { what: `${file} cannot be read` }, { cause });
  });
  const schema = readSchemaText(bytes);
  if (!isObject(schema)) throw new WaslError('bad-usage', { what: `${file} is not a JSON object` });
  return schema;
};

const versionsOf = (entities: readonly Entity[], id: DocumentType): readonly EntityOf<'document-type'>[] =>
  entities
    .filter((entity) => entity.kind === 'document-type')
    .filter((entity) => entity.id === id)
    .sort((one, other) => one.version - other.version);

/** How a schema stands to the one before it: whether who reads the one could read the other. */
const comparedWith = (older: EntityOf<'document-type'> | undefined, schema: JsonObject): Check | undefined =>
  older === undefined
    ? undefined
    : checkCompatibility({
        older: [{ schema: older.schema, references: new Map() }],
        next: { schema, references: new Map() },
        mode: 'backward',
        judge: makeJudge(),
      });

/** Publishes a document's schema, frozen from then on. A change of what is published is a new major. */
export const schemaPublish = async (file: string, flags: PublishFlags): Promise<End> => {
  const { id, version } = namedBy(file, flags);
  const schema = await readSchema(file);
  // What adapters and requesters would find out later is found out now.
  mustCompile(schema);
  mustNameClaims(schema);
  const { title, 'x-title-ar': ar } = schema;
  if (typeof title !== 'string' || typeof ar !== 'string' || title === '' || ar === '') {
    throw new WaslError('bad-usage', { what: `${file} needs title and x-title-ar, for people` });
  }
  return withRegistry(flags.as, async (registry) => {
    const held = versionsOf((await shownBy(registry)).entities, id);
    const check = comparedWith(held.filter((one) => one.version < version).at(-1), schema);
    const provider = parseAgencyId(providerOf(id));
    const entity: Entity = { kind: 'document-type', id, version, provider, title: { en: title, ar }, schema };
    const { version: head } = await registry.submit(JSON.stringify(entity));
    const beside = check === undefined ? '' : `; beside the major before it: ${check.verdict}`;
    return {
      kind: 'delivered',
      json: {
        documentType: id,
        major: version,
        registryVersion: Number(head),
        ...(check && { verdict: check.verdict }),
      },
      text: `${id} v${version} is published and frozen${beside}. Next: wasl conform --for-record, where the agency is not active yet; then an agency that wants it drafts an agreement.`,
    };
  });
};

/** Whom a changed schema touches, and whose move is next. */
export const schemaImpact = async (file: string, flags: PublishFlags): Promise<End> => {
  const { id, version } = namedBy(file, flags);
  const schema = await readSchema(file);
  return withRegistry(flags.as, async (registry) => {
    const { entities } = await shownBy(registry);
    const held = versionsOf(entities, id).at(-1);
    if (held === undefined) throw new WaslError('unknown-document-type', { documentType: id });
    const check = comparedWith(held, schema);
    const agreements = entities.flatMap((entity) => {
      if (entity.kind !== 'agreement') return [];
      const terms = readAgreement(entity.signed);
      return terms.documentType === id ? [terms] : [];
    });
    const verdict = check?.verdict ?? 'compatible';
    const touched = agreements.map((terms) => ({
      agreement: terms.id,
      requester: terms.requester,
      major: terms.documentVersion,
      claims: terms.claims,
      next: `${terms.requester} drafts an agreement for v${Math.max(version, held.version + 1)}; until then it goes on with v${terms.documentVersion}`,
    }));
    return {
      kind: 'delivered',
      json: {
        documentType: id,
        published: held.version,
        verdict,
        findings: check?.findings ?? [],
        agreements: touched,
        adapters: [held.provider],
      },
      text: [
        `${id}: v${held.version} is published; the new schema beside it is ${verdict}.`,
        ...(check?.findings ?? []).map(
          ({ pointer, en, ar }) => `  ${pointer === '' ? '/' : pointer}: ${en}\n    ${ar}`,
        ),
        `adapter: ${held.provider} provides it and must answer by the new schema before it is published as v${held.version + 1}`,
        ...(touched.length === 0
          ? ['no agreement names it']
          : touched.map(({ agreement, next }) => `agreement ${agreement}: ${next}`)),
        'subscribers: none; no record event is of a document type',
      ].join('\n'),
    };
  });
};
