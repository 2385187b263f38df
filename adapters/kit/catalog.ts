import type { Bilingual } from '../../services/kernel/agreement.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import { decide, knownIn } from '../../services/kernel/decide.ts';
import { isObject } from '../../services/kernel/fields.ts';
import { parseAgencyId } from '../../services/kernel/ids.ts';
import type { JsonObject } from '../../services/kernel/strict-json.ts';
import { type Reason, reasonOf } from './outcome.ts';

/** One way in which an agency may ask for a document, or why it may not now. */
export interface Permission {
  readonly agreement: string;
  readonly purpose: string;
  readonly purposeTitle: Bilingual;
  readonly legalBasis: Bilingual;
  readonly claims: readonly string[];
  readonly quotaPerDay: number;
  readonly until: string;
  /** Absent while the agreement is in force. */
  readonly whyNot?: Reason;
}

export interface CatalogDocument {
  readonly documentType: string;
  readonly version: number;
  readonly provider: { readonly id: string; readonly name: Bilingual };
  readonly title: Bilingual;
  readonly claims: readonly { readonly name: string; readonly title: Bilingual }[];
  readonly subjectSchemes: readonly string[];
  readonly mayAsk: readonly Permission[];
  /** Why the agency may not ask for it at all; absent when it may, and for its own documents. */
  readonly whyNot?: Reason;
}

export interface Catalog {
  readonly agency: string;
  /** Version and time of the registry copy that says so. */
  readonly registry: { readonly version: number; readonly time: string };
  readonly documents: readonly CatalogDocument[];
}

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

const claimsOf = (schema: JsonObject): CatalogDocument['claims'] =>
  Object.entries(isObject(schema.properties) ? schema.properties : {})
    .filter(([name]) => name !== 'asOf')
    .map(([name, rule]) => {
      const said = isObject(rule) ? rule : {};
      return { name, title: { en: textOf(said.title, name), ar: textOf(said['x-title-ar'], name) } };
    });

/** What there is to ask for, and what this agency may ask, of whom and for what, by a registry copy; quotas are counted elsewhere. */
export const catalogOf = async (copy: RegistryCopy, agencyId: string, nowMs: number): Promise<Catalog> => {
  const agency = parseAgencyId(agencyId);
  const documents = copy.documentTypes().map(async (type): Promise<CatalogDocument> => {
    const { id: documentType, version: documentVersion } = type;
    const own = await copy.between({ requester: agency, provider: type.provider, documentType, documentVersion });
    const mayAsk = own.flatMap((agreement) =>
      agreement.terms.purposes.map(({ purpose, title: purposeTitle }): Permission => {
        const { id, provider, claims, legalBasis, quotaPerDay, untilMs } = agreement.terms;
        const decision = decide(
          { requester: agency, provider, documentType, documentVersion, purpose, claims },
          {
            agreements: [agreement],
            knows: knownIn(copy, provider),
            usedToday: () => 0,
            nowMs,
          },
        );
        return {
          agreement: id,
          purpose,
          purposeTitle,
          legalBasis,
          claims,
          quotaPerDay,
          until: new Date(untilMs).toISOString(),
          ...(decision.kind === 'allowed' ? {} : { whyNot: reasonOf(decision.code, decision.params) }),
        };
      }),
    );
    const nobody = own.length === 0 && type.provider !== agency;
    return {
      documentType: type.id,
      version: type.version,
      provider: {
        id: type.provider,
        name: copy.agency(type.provider)?.name ?? { en: type.provider, ar: type.provider },
      },
      title: type.title,
      claims: claimsOf(type.schema),
      subjectSchemes: Object.keys(isObject(type.schema['x-subject-schemes']) ? type.schema['x-subject-schemes'] : {}),
      mayAsk,
      ...(nobody ? { whyNot: reasonOf('no-agreement') } : {}),
    };
  });
  return {
    agency,
    registry: { version: copy.version, time: new Date(copy.timeMs).toISOString() },
    documents: (await Promise.all(documents)).sort((a, b) => (a.documentType < b.documentType ? -1 : 1)),
  };
};
