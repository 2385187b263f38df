import { checkCompatibility } from '../../../kernel/containment/index.ts';
import type { Entity } from '../../../kernel/registry.ts';
import type { TlsIdentity } from '../../../platform/crypto/index.ts';
import type { Logger } from '../../../platform/log/index.ts';
import type { Pool } from '../../../platform/store/index.ts';
import { makeJudge } from '../../../platform/validate/judge.ts';
import { mustBeSchema } from '../../../platform/validate/meta.ts';
import { makeDocumentSubjects } from '../../domain/subjects-documents.ts';
import { makeSubjects } from '../../domain/subjects-register.ts';
import { type SchemaApiOptions, startSchemaApi } from './serve.ts';
import { openSubjectStore } from './store.ts';

/** What the registry's settings say of the API. */
export interface SchemaApi extends Pick<SchemaApiOptions, 'listen' | 'credentials'> {
  /** The certificate of its address, and the authority whose certificates callers may show. */
  readonly tls?: TlsIdentity;
}

/** The registry of schemas over the registry's database. */
export const openSchemas = (pool: Pool, log: Logger) => {
  const store = openSubjectStore(pool);
  const judge = makeJudge();
  const subjects = makeSubjects({
    store,
    checkSchema: mustBeSchema,
    checkCompatibility: (of) => checkCompatibility({ ...of, judge }),
  });
  const documents = makeDocumentSubjects(subjects);
  return {
    /** Registers what is declared of document types; what is refused is logged, and holds up nothing else. Never rejects. */
    declare: async (entities: readonly Entity[]): Promise<void> => {
      try {
        for (const { subject, error, check } of await documents(entities)) {
          const findings = check?.findings.map(({ en }) => en);
          log.error({ subject, err: error, findings }, 'the schema of a document type is not registered');
        }
      } catch (error) {
        log.error({ err: error }, 'the schemas of document types could not be looked at; they are at the next head');
      }
    },
    serve: ({ tls: identity, ...api }: SchemaApi, trustDomain: string) => {
      const tls = identity === undefined ? {} : { tls: { identity, trustDomain } };
      return startSchemaApi({ ...api, ...tls, store, subjects, log });
    },
  };
};
