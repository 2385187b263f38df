import type { Agreement } from '../../services/kernel/agreement.ts';
import { accept, draft, nextStep } from '../../services/kernel/agreement-record.ts';
import type { Step } from '../../services/kernel/agreement-state.ts';
import { buildCopy, type CopyPins, holdRecord, type RegistryCopy, schemaDigest } from '../../services/kernel/copy.ts';
import { AUTHORITY, type Issuer, parseAgencyId, parseDocumentType, parseGatewayId } from '../../services/kernel/ids.ts';
import {
  type RegistryKeys,
  signAgencyKeys,
  signAuditKeys,
  signGatewayKeys,
  signRegistryKeys,
} from '../../services/kernel/key-statements.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import { AGREEMENTS, type OfficerCertificate } from '../../services/kernel/officer.ts';
import { certifyOfficer } from '../../services/kernel/officer-record.ts';
import {
  digestOverRecords,
  type Entity,
  type EntityOf,
  entityKey,
  signHead,
  signRecord,
} from '../../services/kernel/registry.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../../services/platform/crypto/index.ts';

const newSigner = (): Signer => signerFromJwk(generateSigningKey());
const newOpener = () => openerFromJwk(generateEncryptionKey());
export const root = newSigner();
export const auditRoot = newSigner();
export const auditKey = newOpener();
export const registry = newSigner();
/** A person who may act for somebody, and their certificate by that one's key. */
export interface Officer {
  readonly issuer: Issuer;
  readonly signer: Signer;
  readonly entity: EntityOf<'officer'>;
}
export const officer = async (
  issuer: Issuer,
  by: Signer,
  changes: Partial<OfficerCertificate> = {},
  signer = newSigner(),
): Promise<Officer> => {
  const entity = await certifyOfficer(by, {
    issuer,
    person: `${issuer}:1`,
    role: AGREEMENTS,
    key: signer.publicJwk,
    fromMs: 0,
    untilMs: 100,
    ...changes,
  });
  return { issuer, signer, entity };
};
/** Who approves for the authority. */
export const approver = await officer(AUTHORITY, root);
/** Whoever stole the registry's key has keys of his own for the rest. */
export const thief = { root: newSigner(), signing: newSigner(), encryption: newOpener() };
/** An agency with all its keys. */
export const party = async (id: string) => {
  const signer = newSigner();
  const agencyId = parseAgencyId(id);
  return {
    id: agencyId,
    signer,
    officer: await officer(agencyId, signer),
    opener: newOpener(),
    recovery: newSigner(),
  };
};
export const transport = await party('transport');
export const civil = await party('civil-status');
export const health = await party('health');
export const documentType = parseDocumentType('civil-status.personal-extract');
export const gateway = parseGatewayId('gw-1');
export const gatewayKey = newSigner();
export const schema = { type: 'object', properties: { fullName: { type: 'string' } } };
export const both = (text: string) => ({ en: text, ar: text });

export const PURPOSE = 'issue-driving-licence';
/** The agreement between transport and civil status. */
export const terms = (changes: Partial<Agreement> = {}): Agreement => ({
  id: 'licences',
  version: 2,
  requester: transport.id,
  provider: civil.id,
  documentType,
  documentVersion: 1,
  purposes: [{ purpose: PURPOSE, title: both('purpose') }],
  legalBasis: both('law'),
  claims: ['fullName'],
  quotaPerDay: 10,
  timeZone: 'Asia/Amman',
  fromMs: 0,
  untilMs: 10,
  retentionDays: 30,
  visibility: { kind: 'at-once' },
  pins: {
    requesterRecovery: transport.recovery.thumbprint,
    providerRecovery: civil.recovery.thumbprint,
    authority: root.thumbprint,
    audit: auditRoot.thumbprint,
    schema: schemaDigest(schema),
  },
  ...changes,
});
/** When what is signed in this world was signed. */
export const SIGNED_MS = 1;
/** An agreement as a record, by the officers given. */
export const agreed = async (
  of: Agreement,
  requester: Signer = transport.officer.signer,
  provider: Signer = civil.officer.signer,
  authority: Signer = approver.signer,
): Promise<EntityOf<'agreement'>> => {
  const accepted = await accept(provider, await draft(requester, of));
  return nextStep(authority, accepted, { issuer: AUTHORITY, step: 'approved', timeMs: SIGNED_MS });
};
/** The same after one more step. */
export const stepped = (of: EntityOf<'agreement'>, by: Officer, step: Step, timeMs = SIGNED_MS) =>
  nextStep(by.signer, of, { issuer: by.issuer, step, timeMs });
export const agency = async ({ id, recovery, signer, opener }: typeof civil): Promise<Entity> => ({
  kind: 'agency',
  id,
  name: both(id),
  status: 'active',
  keys: await signAgencyKeys(recovery, id, signer.publicJwk, opener.publicJwk),
});
export const healthTerms = terms({
  id: 'health',
  requester: health.id,
  pins: { ...terms().pins, requesterRecovery: health.recovery.thumbprint },
});
/** The root's word for a registry's key. */
export const trusted = (of: Signer): Omit<RegistryKeys, 'root'> => ({
  registry: of.publicJwk,
  trustDomain: 'wasl.test',
  audit: auditRoot.thumbprint,
});

export const licences = await agreed(terms());
/** A registry in which everybody tells the truth. */
export const honest: readonly Entity[] = [
  { kind: 'registry', id: 'registry', keys: await signRegistryKeys(root, trusted(registry)) },
  { kind: 'audit', id: 'audit', keys: await signAuditKeys(auditRoot, auditKey.publicJwk) },
  { kind: 'gateway', id: gateway, keys: await signGatewayKeys(root, gateway, gatewayKey.publicJwk) },
  ...(await Promise.all([transport, civil, health].map(agency))),
  { kind: 'document-type', id: documentType, version: 1, provider: civil.id, title: both('extract'), schema },
  ...[approver, transport.officer, civil.officer, health.officer].map(({ entity }) => entity),
  licences,
  await agreed(healthTerms, health.officer.signer),
];
/** The honest entities with some replaced or added. */
export const withEntities = (...changed: readonly Entity[]): Entity[] => [
  ...honest.filter((entity) => !changed.some((other) => entityKey(other) === entityKey(entity))),
  ...changed,
];
/** What stands on the topic once the registry has published these. */
export const publish = async (entities: readonly Entity[], { version = 7, timeMs = 1000, by = registry } = {}) => {
  const records = (await Promise.all(entities.map((entity) => signRecord(by, entity)))).map((text) => holdRecord(text));
  const digests = records.map(({ digest }) => digest).sort();
  return { records, digests, head: await signHead(by, { version, timeMs, digest: digestOverRecords(digests) }) };
};
export const pins: CopyPins = { authority: root.thumbprint, audit: auditRoot.thumbprint };
/** The pins of an agency’s kit. */
export const own = (of: typeof civil): CopyPins => ({
  ...pins,
  own: { agency: of.id, recovery: of.recovery.thumbprint },
});
/** The copy of what the registry publishes, by somebody with these pins. */
export const copyOf = async (entities: readonly Entity[], held = pins, previous?: RegistryCopy) =>
  buildCopy(primitives, held, await publish(entities), previous);
/** Ids of the agreements that verify. */
export const idsOf = async (copy: RegistryCopy): Promise<string[]> =>
  (await copy.agreements()).map(({ terms: { id } }) => id).sort();
