import { type Agreement, signAgreement } from '../../services/kernel/agreement.ts';
import { buildCopy, type CopyPins, type RegistryCopy, schemaDigest } from '../../services/kernel/copy.ts';
import { parseAgencyId, parseDocumentType, parseGatewayId } from '../../services/kernel/ids.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import {
  digestOverRecords,
  type Entity,
  entityKey,
  type RegistryKeys,
  recordDigest,
  signAgencyKeys,
  signAuditKeys,
  signGatewayKeys,
  signHead,
  signRecord,
  signRegistryKeys,
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
/** Whoever stole the registry's key has keys of his own for the rest. */
export const thief = { root: newSigner(), signing: newSigner(), encryption: newOpener() };
/** An agency with all its keys. */
export const party = (id: string) => ({
  id: parseAgencyId(id),
  signer: newSigner(),
  opener: newOpener(),
  recovery: newSigner(),
});
export const transport = party('transport');
export const civil = party('civil-status');
export const health = party('health');
export const documentType = parseDocumentType('civil-status.personal-extract');
export const gateway = parseGatewayId('gw-1');
export const gatewayKey = newSigner();
export const schema = { type: 'object', properties: { fullName: { type: 'string' } } };
export const both = (text: string) => ({ en: text, ar: text });

/** The agreement between transport and civil status. */
export const terms = (changes: Partial<Agreement> = {}): Agreement => ({
  id: 'licences',
  version: 2,
  requester: transport.id,
  provider: civil.id,
  documentType,
  documentVersion: 1,
  purpose: 'issue-driving-licence',
  purposeTitle: both('purpose'),
  legalBasis: both('law'),
  claims: ['fullName'],
  quotaPerDay: 10,
  timeZone: 'Asia/Amman',
  fromMs: 0,
  untilMs: 10,
  pins: {
    requesterRecovery: transport.recovery.thumbprint,
    providerRecovery: civil.recovery.thumbprint,
    authority: root.thumbprint,
    audit: auditRoot.thumbprint,
    schema: schemaDigest(schema),
  },
  ...changes,
});
/** An agreement as a record, with the two signatures given. */
export const agreed = async (of: Agreement, requester: Signer, provider: Signer, id = of.id): Promise<Entity> => ({
  kind: 'agreement',
  id,
  status: 'active',
  signed: { requester: await signAgreement(requester, of), provider: await signAgreement(provider, of) },
});
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
export const trusted = (of: Signer): RegistryKeys => ({
  registry: of.publicJwk,
  trustDomain: 'wasl.test',
  audit: auditRoot.thumbprint,
});

/** A registry in which everybody tells the truth. */
export const honest: readonly Entity[] = [
  { kind: 'registry', id: 'registry', keys: await signRegistryKeys(root, trusted(registry)) },
  { kind: 'audit', id: 'audit', keys: await signAuditKeys(auditRoot, auditKey.publicJwk) },
  { kind: 'gateway', id: gateway, keys: await signGatewayKeys(root, gateway, gatewayKey.publicJwk) },
  ...(await Promise.all([transport, civil, health].map(agency))),
  { kind: 'document-type', id: documentType, version: 1, provider: civil.id, title: both('extract'), schema },
  await agreed(terms(), transport.signer, civil.signer),
  await agreed(healthTerms, health.signer, civil.signer),
];
/** The honest entities with some replaced or added. */
export const withEntities = (...changed: readonly Entity[]): Entity[] => [
  ...honest.filter((entity) => !changed.some((other) => entityKey(other) === entityKey(entity))),
  ...changed,
];
/** What stands on the topic once the registry has published these. */
export const publish = async (entities: readonly Entity[], { version = 7, timeMs = 1000, by = registry } = {}) => {
  const records = await Promise.all(entities.map((entity) => signRecord(by, entity)));
  const digests = records.map(recordDigest).sort();
  return { records, digests, head: await signHead(by, { version, timeMs, digest: digestOverRecords(digests) }) };
};
export const pins: CopyPins = { authority: root.thumbprint, audit: auditRoot.thumbprint };
/** The pins of an agency’s kit. */
export const own = (of: typeof civil): CopyPins => ({ ...pins, own: { agency: of.id, signing: of.signer.publicJwk } });
/** The copy of what the registry publishes, by somebody with these pins. */
export const copyOf = async (entities: readonly Entity[], held = pins, previous?: RegistryCopy) =>
  buildCopy(primitives, held, await publish(entities), previous);
export const idsOf = ({ agreements }: RegistryCopy): string[] => agreements.map(({ terms: { id } }) => id).sort();
