import { canonicalJson } from '../../kernel/canonical.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { Check } from '../../kernel/containment/index.ts';
import { type Entity, entityKey } from '../../kernel/registry.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { candidateOf } from './subjects-candidate.ts';
import type { Subjects } from './subjects-register.ts';

/** How a document type's schema could not become a version of its subject. */
export type Refused = { readonly subject: string; readonly error?: WaslError; readonly check?: Check };

/** The subject of a document type: its name and its major version, in which all of its versions can be read. */
const documentSubject = (documentType: string, major: number): string => `${documentType}.v${major}`;

/**
 * Registers the schemas of the document types that the registry declares, once each and again when one changes, so that ordinary tools can
 * read them. Gives those that were refused now; a database that is away is tried again at the next call.
 */
export const makeDocumentSubjects = ({ register }: Pick<Subjects, 'register'>) => {
  const done = new Map<string, string>();
  return async (entities: readonly Entity[]): Promise<readonly Refused[]> => {
    const refused: Refused[] = [];
    for (const entity of entities) {
      if (entity.kind !== 'document-type') continue;
      const key = entityKey(entity);
      const text = canonicalJson(entity.schema as JsonObject);
      if (done.get(key) === text) continue;
      const subject = documentSubject(entity.id, entity.version);
      const end = await register(subject, candidateOf(JSON.stringify(entity.schema))).catch((error: unknown) => {
        if (error instanceof WaslError) return { kind: 'failed', error } as const;
        throw error;
      });
      if (end.kind !== 'failed' || end.error.code !== 'store-unavailable') done.set(key, text);
      if (end.kind === 'failed') refused.push({ subject, error: end.error });
      if (end.kind === 'refused') refused.push({ subject, check: end.check });
    }
    return refused;
  };
};
