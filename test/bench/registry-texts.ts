import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { EXAMPLE_AGREEMENTS } from '../../services/cli/development/example-agreements.ts';
import { accept, draft, nextStep } from '../../services/kernel/agreement-record.ts';
import { schemaDigest } from '../../services/kernel/copy.ts';
import type { Ask } from '../../services/kernel/decide.ts';
import { AUTHORITY, parseAgencyId, parseDocumentType, parseGatewayId } from '../../services/kernel/ids.ts';
import {
  signAgencyKeys,
  signAuditKeys,
  signGatewayKeys,
  signRegistryKeys,
} from '../../services/kernel/key-statements.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import { AGREEMENTS } from '../../services/kernel/officer.ts';
import { certifyOfficer } from '../../services/kernel/officer-record.ts';
import {
  digestOverRecords,
  type Entity,
  entityKey,
  recordDigest,
  signHead,
  signRecord,
} from '../../services/kernel/registry.ts';
import { type JsonObject, parseStrictJson } from '../../services/kernel/strict-json.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  signerFromJwk,
} from '../../services/platform/crypto/index.ts';

export interface Size {
  readonly agencies: number;
  readonly documentTypes: number;
  readonly agreements: number;
}

/** The pins of whoever loads it, and what its agreements allow to be asked, in their order. */
export interface Written {
  readonly authority: string;
  readonly audit: string;
  readonly asks: readonly Ask[];
}

const SCHEMA = new URL('../../schemas/transport.vehicle-registration.v1.json', import.meta.url);
const AT_ONCE = 256;
const newSigner = (): Signer => signerFromJwk(generateSigningKey());
const DAY_MS = 86_400_000;

/**
 * Writes a registry of that size to a file, a JSON line `[key, text]` each as on the topic, the head last: every agreement signed by officers of
 * both parties and approved, every text of the length of the examples' own.
 */
export const writeRegistry = async (path: string, size: Size): Promise<Written> => {
  const [root, auditRoot, registry, officer] = [newSigner(), newSigner(), newSigner(), newSigner()];
  const nowMs = Date.now();
  const validity = { fromMs: nowMs - DAY_MS, untilMs: nowMs + 365 * DAY_MS };
  const out = createWriteStream(path);
  const digests: string[] = [];
  const write = async (entity: Entity): Promise<void> => {
    const text = await signRecord(registry, entity);
    digests.push(recordDigest(text));
    if (!out.write(`${JSON.stringify([entityKey(entity), text])}\n`)) await once(out, 'drain');
  };
  const many = async (count: number, make: (index: number) => Promise<Entity>): Promise<void> => {
    for (let done = 0; done < count; done += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, count - done) }, (_, at) => make(done + at));
      for (const entity of await Promise.all(batch)) await write(entity);
    }
  };

  const gateway = parseGatewayId('gw-1');
  await write({
    kind: 'registry',
    id: 'registry',
    keys: await signRegistryKeys(root, {
      registry: registry.publicJwk,
      trustDomain: 'wasl.test',
      audit: auditRoot.thumbprint,
    }),
  });
  const auditKey = openerFromJwk(generateEncryptionKey()).publicJwk;
  await write({ kind: 'audit', id: 'audit', keys: await signAuditKeys(auditRoot, auditKey) });
  await write({ kind: 'gateway', id: gateway, keys: await signGatewayKeys(root, gateway, newSigner().publicJwk) });
  await write(
    await certifyOfficer(root, {
      issuer: AUTHORITY,
      person: 'authority:1',
      role: AGREEMENTS,
      key: officer.publicJwk,
      ...validity,
    }),
  );

  const agencies = Array.from({ length: size.agencies }, (_, index) => ({
    id: parseAgencyId(`agency-${index}`),
    signing: newSigner(),
    recovery: newSigner(),
    officer: newSigner(),
  }));
  const agencyAt = (index: number) => agencies[index % agencies.length] as (typeof agencies)[number];
  const encryption = openerFromJwk(generateEncryptionKey()).publicJwk;
  await many(size.agencies, async (index) => {
    const { id, signing, recovery } = agencyAt(index);
    const keys = await signAgencyKeys(recovery, id, signing.publicJwk, encryption);
    return {
      kind: 'agency',
      id,
      name: { en: `Agency ${index} (invented)`, ar: `جهة ${index} (مثال)` },
      status: 'active',
      keys,
    };
  });
  await many(size.agencies, async (index) => {
    const { id, signing, officer: person } = agencyAt(index);
    return certifyOfficer(signing, {
      issuer: id,
      person: `${id}:1`,
      role: AGREEMENTS,
      key: person.publicJwk,
      ...validity,
    });
  });

  const schema = parseStrictJson(await readFile(SCHEMA)) as JsonObject;
  const typeAt = (index: number) => ({
    provider: agencyAt(index),
    id: parseDocumentType(`${agencyAt(index).id}.document-${index}`),
  });
  await many(size.documentTypes, async (index) => {
    const { id, provider } = typeAt(index);
    return {
      kind: 'document-type',
      id,
      version: 1,
      provider: provider.id,
      title: { en: 'Document', ar: 'وثيقة' },
      schema,
    };
  });

  const asks: Ask[] = [];
  const digest = schemaDigest(schema);
  await many(size.agreements, async (index) => {
    const example = EXAMPLE_AGREEMENTS[index % EXAMPLE_AGREEMENTS.length] as (typeof EXAMPLE_AGREEMENTS)[number];
    const { id: documentType, provider } = typeAt(index % size.documentTypes);
    // Of one document's agreements each has a requester of its own.
    const requester = agencyAt(index + 1 + (Math.floor(index / size.documentTypes) % (size.agencies - 1)));
    asks.push({
      requester: requester.id,
      provider: provider.id,
      documentType,
      documentVersion: 1,
      purpose: example.purpose,
      claims: example.claims,
    });
    const drafted = await draft(requester.officer, {
      id: `agreement-${index}`,
      version: 1,
      requester: requester.id,
      provider: provider.id,
      documentType,
      documentVersion: 1,
      purposes: [{ purpose: example.purpose, title: example.purposeTitle }],
      legalBasis: example.legalBasis,
      claims: example.claims,
      quotaPerDay: 100_000,
      timeZone: 'Asia/Amman',
      ...validity,
      retentionDays: 365,
      visibility: { kind: 'at-once' },
      pins: {
        requesterRecovery: requester.recovery.thumbprint,
        providerRecovery: provider.recovery.thumbprint,
        authority: root.thumbprint,
        audit: auditRoot.thumbprint,
        schema: digest,
      },
    });
    const accepted = await accept(provider.officer, drafted);
    return nextStep(officer, accepted, { issuer: AUTHORITY, step: 'approved', timeMs: nowMs });
  });
  const head = await signHead(registry, { version: 1, timeMs: nowMs, digest: digestOverRecords(digests) });
  out.end(`${JSON.stringify(['head', head])}\n`);
  await once(out, 'finish');
  return { authority: root.thumbprint, audit: auditRoot.thumbprint, asks };
};
