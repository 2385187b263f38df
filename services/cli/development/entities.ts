import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pins } from '../../kernel/agreement.ts';
import { canonicalJson } from '../../kernel/canonical.ts';
import { digestOfText } from '../../kernel/digest.ts';
import { isObject } from '../../kernel/fields.ts';
import { parseAgencyId, parseDocumentType } from '../../kernel/ids.ts';
import { signAgencyKeys, signAuditKeys, signGatewayKeys, signRegistryKeys } from '../../kernel/key-statements.ts';
import { type Entity, type EntityOf, entityKey } from '../../kernel/registry.ts';
import { type JsonObject, parseStrictJson } from '../../kernel/strict-json.ts';
import { writePrivateFile } from '../../platform/crypto/files.ts';
import { AGENCIES, CONFORMANCE_AGENCY } from './agencies.ts';
import { approvedAgreement, type ExampleAgreement, termsOf } from './agreements.ts';
import { EXAMPLE_AGREEMENTS } from './example-agreements.ts';
import type { MadeAgency, MadeKeys } from './keys.ts';
import { type Layout, TRUST_DOMAIN } from './layout.ts';

const SCHEMAS = new URL('../../../schemas/', import.meta.url);
const SCHEMA_FILE = /^([a-z0-9-]+)\.([a-z0-9-]+)\.v(\d+)\.json$/;

/** Writes the registry's declarations: one file per entity, with the signatures of those whose word it is already inside. */
export const writeEntities = async (layout: Layout, keys: MadeKeys, nowMs: number): Promise<void> => {
  const documentTypes = await readDocumentTypes();
  const entities: Entity[] = [
    {
      kind: 'registry',
      id: 'registry',
      keys: await signRegistryKeys(keys.root, {
        registry: keys.registry.publicJwk,
        trustDomain: TRUST_DOMAIN,
        audit: keys.audit.root.thumbprint,
      }),
    },
    { kind: 'audit', id: 'audit', keys: await signAuditKeys(keys.audit.root, keys.audit.encryption) },
    ...documentTypes,
  ];
  for (const { id, key } of keys.gateways) {
    entities.push({ kind: 'gateway', id, keys: await signGatewayKeys(keys.root, id, key) });
  }
  for (const { id, name } of [...AGENCIES, CONFORMANCE_AGENCY]) {
    const { signing, encryption, recovery } = made(keys, id);
    const agency = parseAgencyId(id);
    const signed = await signAgencyKeys(recovery, agency, signing.publicJwk, encryption);
    entities.push({ kind: 'agency', id: agency, name, status: 'active', keys: signed });
  }
  for (const { officer } of [keys, ...keys.agencies.values()]) entities.push(officer.entity);
  entities.push(keys.conformanceOfficer.entity);
  for (const example of EXAMPLE_AGREEMENTS) entities.push(await agreement(example, keys, documentTypes, nowMs));
  for (const entity of entities) {
    const file = `${entityKey(entity).replaceAll('/', '.')}.json`;
    await writePrivateFile(join(layout.entities, file), `${JSON.stringify(entity, null, 2)}\n`);
  }
  const own = entities.find((entity) => entity.kind === 'registry');
  await writePrivateFile(join(layout.registry, 'registry-keys.jws'), own?.keys ?? '');
};

const made = (keys: MadeKeys, id: string): MadeAgency => {
  const agency = keys.agencies.get(id);
  if (agency === undefined) throw new RangeError(`no keys were made for ${id}`);
  return agency;
};

const agreement = async (
  example: ExampleAgreement,
  keys: MadeKeys,
  documentTypes: readonly EntityOf<'document-type'>[],
  nowMs: number,
): Promise<Entity> => {
  const requester = made(keys, example.requester);
  const provider = made(keys, example.provider);
  const type = documentTypes.find(({ id, version }) => id === example.documentType && version === 1);
  if (type === undefined) throw new RangeError(`no schema of ${example.documentType}`);
  const pins: Pins = {
    requesterRecovery: requester.recovery.thumbprint,
    providerRecovery: provider.recovery.thumbprint,
    authority: keys.root.thumbprint,
    audit: keys.audit.root.thumbprint,
    schema: digestOfText(canonicalJson(type.schema)),
  };
  const officers = {
    requester: requester.officer.signer,
    provider: provider.officer.signer,
    authority: keys.officer.signer,
  };
  return approvedAgreement(officers, termsOf(example, pins, nowMs), nowMs);
};

const readDocumentTypes = async (): Promise<readonly EntityOf<'document-type'>[]> => {
  const types: EntityOf<'document-type'>[] = [];
  for (const file of (await readdir(SCHEMAS)).sort()) {
    const [, provider, name, version] = SCHEMA_FILE.exec(file) ?? [];
    if (provider === undefined || name === undefined) continue;
    const schema = parseStrictJson(await readFile(new URL(file, SCHEMAS), 'utf8'));
    if (!isObject(schema)) continue;
    types.push({
      kind: 'document-type',
      id: parseDocumentType(`${provider}.${name}`),
      version: Number(version),
      provider: parseAgencyId(provider),
      title: titleOf(schema),
      schema,
    });
  }
  return types;
};

const titleOf = (schema: JsonObject) => ({ en: String(schema.title ?? ''), ar: String(schema['x-title-ar'] ?? '') });
