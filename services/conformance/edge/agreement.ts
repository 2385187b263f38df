import { agreementDigest, readAgreement } from '../../kernel/agreement.ts';
import { draft, nextStep } from '../../kernel/agreement-record.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { DocumentTypeView, RegistryCopy } from '../../kernel/copy.ts';
import type { StandingAgreement } from '../../kernel/decide.ts';
import { isObject } from '../../kernel/fields.ts';
import { type AgencyId, AUTHORITY, CONFORMANCE, type Issuer } from '../../kernel/ids.ts';
import type { Signer, Thumbprint } from '../../kernel/keys.ts';
import { type EntityOf, parseEntity } from '../../kernel/registry.ts';
import { parseStrictJson } from '../../kernel/strict-json.ts';
import type { RegistryConnection } from '../../platform/rpc/index.ts';
import { conformanceTerms, PURPOSE, termsId } from '../domain/terms.ts';

/** Who acts for the suite and, on its agreements, for the authority: two persons. */
export interface SuiteOfficers {
  readonly requester: Signer;
  readonly approver: Signer;
}

export interface Agreeing {
  readonly registry: RegistryConnection;
  readonly officers: SuiteOfficers;
  readonly pins: { readonly authority: Thumbprint; readonly audit: Thumbprint };
  /** Resolves with the newest copy in which `holds` holds. */
  readonly copyWhere: (holds: (copy: RegistryCopy) => Promise<boolean>) => Promise<RegistryCopy>;
}

/** A run is over by then, however slow its source. */
const RUN_MS = 1_800_000;

/** The suite's agreement with one agency about one document type: made when there is none, and suspended and resumed in the course of a run. */
export const makeAgreeing = ({ registry, officers, pins, copyWhere }: Agreeing) => {
  const held = async (id: string): Promise<EntityOf<'agreement'> | undefined> => {
    for (const text of (await registry.read()).entities) {
      const value = parseStrictJson(text);
      const entity = isObject(value) ? parseEntity(value) : undefined;
      if (entity?.kind === 'agreement' && entity.id === id) return entity;
    }
    return undefined;
  };
  const submit = async (entity: EntityOf<'agreement'>): Promise<void> => {
    await registry.submit(JSON.stringify(entity));
  };
  const step = async (id: string, by: Signer, issuer: Issuer, what: 'approved' | 'suspended' | 'resumed') => {
    const entity = await held(id);
    if (entity === undefined) throw new WaslError('no-agreement');
    await submit(await nextStep(by, entity, { issuer, step: what, timeMs: Date.now() }));
  };
  const standing = async (copy: RegistryCopy, provider: AgencyId, type: DocumentTypeView) => {
    const between = await copy.between({
      requester: CONFORMANCE,
      provider,
      documentType: type.id,
      documentVersion: type.version,
    });
    return between.find(({ terms }) => terms.id === termsId(type.id, type.version));
  };
  const counts = (agreement: StandingAgreement | undefined): boolean =>
    agreement !== undefined &&
    ['active', 'suspended'].includes(agreement.status) &&
    agreement.terms.purposes.some(({ purpose }) => purpose === PURPOSE) &&
    agreement.terms.untilMs > Date.now() + RUN_MS;

  return {
    /** Gives the agreement in force; `askForAcceptance` resolves once the agency's officer has accepted the draft of that id. */
    inForce: async (
      of: { readonly copy: RegistryCopy; readonly provider: AgencyId; readonly type: DocumentTypeView },
      askForAcceptance: (id: string) => Promise<void>,
    ): Promise<StandingAgreement> => {
      const { provider, type } = of;
      const id = termsId(type.id, type.version);
      const before = await standing(of.copy, provider, type);
      if (!counts(before)) {
        const [own, theirs] = [of.copy.agency(CONFORMANCE), of.copy.agency(provider)];
        if (own === undefined || theirs === undefined) throw new WaslError('unknown-agency', { agency: CONFORMANCE });
        const earlier = await held(id);
        const terms = conformanceTerms({
          provider,
          documentType: type.id,
          documentVersion: type.version,
          schema: type.schema,
          nowMs: Date.now(),
          version: earlier === undefined ? 1 : readAgreement(earlier.signed).version + 1,
          pins: {
            ...pins,
            requesterRecovery: own.keys.recovery,
            providerRecovery: theirs.keys.recovery,
            schema: type.schemaDigest,
          },
        });
        const drafted = await draft(officers.requester, terms);
        await submit(drafted);
        await askForAcceptance(id);
        const accepted = await held(id);
        // What is approved is what was drafted here, whoever wrote it into the registry meanwhile.
        const same = accepted !== undefined && agreementDigest(accepted.signed) === agreementDigest(drafted.signed);
        if (!same || accepted.signed.provider === undefined) {
          throw new WaslError('agreement-not-accepted', { agreement: id, provider });
        }
        await step(id, officers.approver, AUTHORITY, 'approved');
      } else if (before?.status === 'suspended') await step(id, officers.requester, CONFORMANCE, 'resumed');
      const copy = await copyWhere(async (one) => (await standing(one, provider, type))?.status === 'active');
      const agreement = await standing(copy, provider, type);
      if (agreement === undefined) throw new WaslError('no-agreement');
      return agreement;
    },
    suspension: (id: string) => ({
      suspend: () => step(id, officers.requester, CONFORMANCE, 'suspended'),
      resume: () => step(id, officers.requester, CONFORMANCE, 'resumed'),
    }),
  };
};
