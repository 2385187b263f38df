import { reasonOf } from '../../../adapters/kit/outcome.ts';
import { CODES, WaslError } from '../../kernel/codes.ts';
import type { StandingAgreement } from '../../kernel/decide.ts';
import { explain } from '../../kernel/explain.ts';
import { parseAgencyId, parseDocumentType } from '../../kernel/ids.ts';
import { layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { readRegistry } from '../evidence.ts';
import { readAsAgency } from '../own-copy.ts';

/** Where a command reads the registry: on the bus of a data folder, or as the agency whose identity's folder is named sees it. */
export interface ReadFlags {
  readonly data: string;
  readonly identity?: string;
  /** The agency; the identity's own unless told. */
  readonly as?: string;
}

const readFor = async ({ data, identity, as }: ReadFlags) => {
  if (identity === undefined) return { as, copy: await readRegistry(layoutOf(data)) };
  const { agency, copy } = await readAsAgency(identity);
  return { as: as ?? agency, copy };
};

export interface ExplainFlags extends ReadFlags {
  readonly from: string;
  readonly document: string;
  readonly major: number;
  readonly purpose: string;
  readonly claims?: readonly string[];
}

/** May I, and if not, why, and who must do what? */
export const explainAgreement = async (flags: ExplainFlags): Promise<End> => {
  const { from, document, major, purpose, claims } = flags;
  const { as, copy } = await readFor(flags);
  if (as === undefined) throw new WaslError('bad-usage', { what: '--as names who would ask' });
  const ask = {
    requester: parseAgencyId(as),
    provider: parseAgencyId(from),
    documentType: parseDocumentType(document),
    documentVersion: major,
    purpose,
    ...(claims === undefined ? {} : { claims }),
  };
  const said = await explain(ask, copy, Date.now());
  const registry = { version: copy.version, time: new Date(copy.timeMs).toISOString() };
  if (said.may) {
    const { terms } = said.agreement;
    return {
      kind: 'delivered',
      json: { may: true, agreement: summaryOf(said.agreement), registry },
      text: [
        `yes: ${as} may ask ${from} for ${document} for ${purpose}, by the agreement ${terms.id}`,
        `نعم، بموجب الاتفاقية ${terms.id}`,
        `  ${terms.legalBasis.en}`,
        `  ${terms.legalBasis.ar}`,
        `  claims ${terms.claims.join(', ')}; ${terms.quotaPerDay} a day, until ${dayOf(terms.untilMs)}; to be kept ${terms.retentionDays} days at most`,
      ].join('\n'),
    };
  }
  const { code, message, nextMove } = reasonOf(said.code, said.params);
  const { agreement, waitsFor } = said;
  return {
    kind: CODES[code].kind,
    json: {
      may: false,
      code,
      message,
      nextMove,
      waitsFor,
      ...(agreement === undefined ? {} : { agreement: summaryOf(agreement) }),
      registry,
    },
    text: [`no: ${message.en}`, `لا: ${message.ar}`, `  waits for ${waitsFor.join(', ')} (${code})`].join('\n'),
  };
};

/** Every agreement and where it stands; of one agency, where one is named. */
export const listAgreements = async (flags: ReadFlags): Promise<End> => {
  const { as, copy } = await readFor(flags);
  if (as !== undefined && copy.agency(as) === undefined) throw new WaslError('unknown-agency', { agency: as });
  const agreements = (await copy.agreements())
    .filter(({ terms }) => as === undefined || terms.requester === as || terms.provider === as)
    .sort((a, b) => (a.terms.id < b.terms.id ? -1 : 1));
  const problems = copy.problems.filter(({ what }) => what.startsWith('agreement/'));
  return {
    kind: 'delivered',
    json: { version: copy.version, agreements: agreements.map(summaryOf), problems },
    text: [
      ...agreements.map(
        ({ terms, status, suspendedBy }) =>
          `${status.padEnd(10)} ${terms.id}  ${terms.requester} asks ${terms.provider} for ${terms.documentType} v${terms.documentVersion}${suspendedBy.length === 0 ? '' : `, suspended by ${suspendedBy.join(', ')}`}`,
      ),
      ...problems.map(({ what, code }) => `left out   ${what.slice('agreement/'.length)}  (${code})`),
    ].join('\n'),
  };
};

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

const summaryOf = ({ terms, status, suspendedBy, steps }: StandingAgreement) => ({
  id: terms.id,
  version: terms.version,
  requester: terms.requester,
  provider: terms.provider,
  documentType: terms.documentType,
  documentVersion: terms.documentVersion,
  purposes: terms.purposes,
  claims: terms.claims,
  legalBasis: terms.legalBasis,
  quotaPerDay: terms.quotaPerDay,
  from: new Date(terms.fromMs).toISOString(),
  until: new Date(terms.untilMs).toISOString(),
  retentionDays: terms.retentionDays,
  visibility: terms.visibility,
  status,
  suspendedBy,
  steps: steps.length,
});
