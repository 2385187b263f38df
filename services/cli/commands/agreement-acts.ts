import { type Agreement, parseAgreement, readAgreement } from '../../kernel/agreement.ts';
import { accept, draft, nextStep } from '../../kernel/agreement-record.ts';
import type { Step } from '../../kernel/agreement-state.ts';
import { WaslError } from '../../kernel/codes.ts';
import { schemaDigest } from '../../kernel/copy.ts';
import { isObject } from '../../kernel/fields.ts';
import { readAgencyKeys } from '../../kernel/key-statements.ts';
import { mustBeFinished, PLACEHOLDERS } from '../../kernel/placeholders.ts';
import type { EntityOf } from '../../kernel/registry.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import { type Acting, actingAs } from '../acting.ts';
import type { End } from '../end.ts';
import { jsonIn } from '../files.ts';
import { agencyIn, agreementIn, findEntity } from '../shown.ts';

export interface ActFlags {
  /** Folder of the officer's agency, or of the authority's operator. */
  readonly as: string;
  /** Which of the folder's officers acts. */
  readonly officer: string;
}

export interface StepFlags extends ActFlags {
  readonly reasonEn?: string;
  readonly reasonAr?: string;
}

const DAY_MS = 86_400_000;

/** What an agreement must pin, as this party sees it now: roots from its own folder, the rest from the registry. */
const pinsFor = (acting: Acting, terms: Omit<Agreement, 'pins'>): Agreement['pins'] => {
  const recoveryOf = (agency: string) => readAgencyKeys(agencyIn(acting.entities, agency).keys).recovery;
  const { documentType, documentVersion } = terms;
  const type = findEntity(
    acting.entities,
    'document-type',
    ({ id, version }) => id === documentType && version === documentVersion,
  );
  if (type?.provider !== terms.provider) throw new WaslError('unknown-document-type', { documentType });
  return {
    requesterRecovery: recoveryOf(terms.requester),
    providerRecovery: recoveryOf(terms.provider),
    authority: acting.pins.authority,
    audit: acting.pins.audit,
    schema: schemaDigest(type.schema),
  };
};

/** The form of a terms file, filled in as far as the registry can: prints it, and changes nothing. What it cannot know stands there as a placeholder. */
export const agreementTemplate = async (
  document: string,
  { as, officer, purpose }: ActFlags & { readonly purpose: string },
): Promise<End> =>
  actingAs(as, officer, async (acting) => {
    const types = acting.entities
      .filter((entity) => entity.kind === 'document-type')
      .filter(({ id }) => id === document);
    const type = types.sort((one, other) => other.version - one.version)[0];
    if (type === undefined) throw new WaslError('unknown-document-type', { documentType: document });
    const properties = isObject(type.schema.properties) ? Object.keys(type.schema.properties) : [];
    const now = Date.now();
    const terms = {
      id: `${acting.issuer}.${document}`,
      version: 1,
      provider: type.provider,
      documentType: document,
      documentVersion: type.version,
      purposes: [{ purpose, title: PLACEHOLDERS.title }],
      legalBasis: PLACEHOLDERS.legalBasis,
      claims: properties.filter((name) => name !== 'asOf').sort(),
      quotaPerDay: 1_000,
      timeZone: 'Asia/Amman',
      from: new Date(now).toISOString(),
      until: new Date(now + 365 * DAY_MS).toISOString(),
      retentionDays: 365,
      visibility: { kind: 'at-once' },
    };
    return { kind: 'delivered', json: terms, text: JSON.stringify(terms, null, 2) };
  });

const termsIn = async (file: string, acting: Acting): Promise<Agreement> => {
  const { from, until, ...rest } = await jsonIn(file);
  const at = (name: string, time: unknown): number => {
    const ms = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    if (Number.isNaN(ms))
      throw new WaslError('bad-usage', { what: `${file}: ${name} is no time such as 2027-01-31T00:00:00Z` });
    return ms;
  };
  const claims = Array.isArray(rest.claims) ? [...rest.claims].map(String).sort() : [];
  const open = {
    aud: 'wasl',
    ...rest,
    requester: acting.issuer,
    claims,
    fromMs: at('from', from),
    untilMs: at('until', until),
  } as unknown as JsonObject;
  const { documentType, documentVersion, provider, requester } = open as unknown as Agreement;
  const pins = pinsFor(acting, { documentType, documentVersion, provider, requester } as Agreement);
  return parseAgreement({ ...open, pins: { ...pins } });
};

/** The requester's officer drafts what a terms file says. */
export const agreementDraft = async (file: string, { as, officer }: ActFlags): Promise<End> =>
  actingAs(as, officer, async (acting) => {
    const terms = await termsIn(file, acting);
    mustBeFinished(terms);
    return submitted(
      acting,
      await draft(acting.signer, terms),
      'drafted',
      `an officer of ${terms.provider}, who may accept it`,
    );
  });

/** The provider's officer accepts: shows what is signed, and holds every pin against what this agency knows itself. */
export const agreementAccept = async (id: string, { as, officer }: ActFlags): Promise<End> =>
  actingAs(as, officer, async (acting) => {
    const drafted = agreementIn(acting.entities, id);
    const terms = readAgreement(drafted.signed);
    const pins = pinsFor(acting, terms);
    for (const name of Object.keys(pins) as (keyof typeof pins)[]) {
      if (pins[name] !== terms.pins[name]) throw new WaslError('pin-mismatch');
    }
    const ended = await submitted(
      acting,
      await accept(acting.signer, drafted),
      'accepted',
      "the authority's officer, who may approve it",
    );
    return { ...ended, text: `${termsText(terms)}\n\n${ended.text}` };
  });

/** What an officer says of an agreement that both have signed. */
export const agreementStep =
  (step: Step) =>
  async (id: string, { as, officer, reasonEn, reasonAr }: StepFlags): Promise<End> =>
    actingAs(as, officer, async (acting) => {
      if ((reasonEn === undefined) !== (reasonAr === undefined)) {
        throw new WaslError('bad-usage', { what: 'a reason is said in both languages, or not at all' });
      }
      const reason = reasonEn === undefined ? {} : { reason: { en: reasonEn, ar: reasonAr ?? '' } };
      const said = { issuer: acting.issuer, step, timeMs: Date.now(), ...reason };
      return submitted(acting, await nextStep(acting.signer, agreementIn(acting.entities, id), said), step, NEXT[step]);
    });

const NEXT: Readonly<Record<Step, string>> = {
  approved: 'nobody; the agreement is in force while its time runs',
  suspended: 'whoever suspended it, who alone may resume it',
  resumed: 'nobody, unless another side has suspended it too',
  terminated: 'nobody; a new agreement takes a new id',
};

const submitted = async (
  { registry }: Acting,
  entity: EntityOf<'agreement'>,
  done: string,
  next: string,
): Promise<End> => {
  const { version } = await registry.submit(JSON.stringify(entity));
  return {
    kind: 'delivered',
    json: { agreement: entity.id, done, next, registryVersion: Number(version) },
    text: `${entity.id} is ${done}; the registry is at version ${version}. Next move: ${next}.`,
  };
};

const termsText = (terms: Agreement): string =>
  [
    `${terms.requester} may ask ${terms.provider} for ${terms.documentType} v${terms.documentVersion}`,
    ...terms.purposes.map(({ purpose, title }) => `  for ${purpose}: ${title.en} · ${title.ar}`),
    `  on the ground of ${terms.legalBasis.en} · ${terms.legalBasis.ar}`,
    `  claims: ${terms.claims.join(', ')}`,
    `  ${terms.quotaPerDay} a day, ${new Date(terms.fromMs).toISOString()} until ${new Date(terms.untilMs).toISOString()}; kept ${terms.retentionDays} days`,
    terms.visibility.kind === 'at-once'
      ? '  the citizen sees each access at once'
      : `  accesses are hidden from the citizen until ${new Date(terms.visibility.untilMs).toISOString()}: ${terms.visibility.ground.en} · ${terms.visibility.ground.ar}`,
  ].join('\n');
