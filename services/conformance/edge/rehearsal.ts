import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { agreementDigest } from '../../kernel/agreement.ts';
import { accept, draft, nextStep } from '../../kernel/agreement-record.ts';
import { holdRecord, schemaDigest } from '../../kernel/copy.ts';
import {
  type AgencyId,
  AUTHORITY,
  CONFORMANCE,
  type DocumentType,
  parseBootId,
  parseGatewayId,
  spiffeId,
  uuidV7,
} from '../../kernel/ids.ts';
import { signAuditKeys, signGatewayKeys, signRegistryKeys } from '../../kernel/key-statements.ts';
import { digestOverRecords, type Entity, signHead, signRecord } from '../../kernel/registry.ts';
import type { JsonObject } from '../../kernel/strict-json.ts';
import {
  createAuthority,
  generateEncryptionKey,
  issueCertificate,
  openerFromJwk,
  primitives,
  signerFromJwk,
  writePrivateFile,
} from '../../platform/crypto/index.ts';
import { openEvidence } from '../../platform/evidence/writer.ts';
import type { Logger } from '../../platform/log/index.ts';
import { makeRegistryHolder } from '../../platform/registry/holder.ts';
import { startRpcServer } from '../../platform/rpc/index.ts';
import { conformanceTerms } from '../domain/terms.ts';
import type { Ground } from './ground.ts';
import { makeAgency, makeOfficer, newSigner } from './keys.ts';
import { makeWire, type Wire } from './wire.ts';

const TRUST_DOMAIN = 'rehearsal.wasl.invalid';

/** A bus of its own, in this process and on loopback, that ends with it: nothing of it means anything to the real one. */
export interface Rehearsal {
  readonly address: string;
  readonly ground: Ground;
  readonly wire: Wire;
  /** Writes what the adapter is on this bus, in place of its real identity. */
  writeIdentity(folder: string): Promise<void>;
  stop(): Promise<void>;
}

export const openRehearsal = async (of: {
  readonly agency: AgencyId;
  readonly documentType: DocumentType;
  readonly schema: JsonObject;
  readonly log: Logger;
  readonly listen?: string;
}): Promise<Rehearsal> => {
  const { documentType, schema, log } = of;
  const authority = await createAuthority({ commonName: 'Wasl rehearsal authority' });
  const root = newSigner();
  const auditRoot = newSigner();
  const audit = openerFromJwk(generateEncryptionKey()).publicJwk;
  const registryKey = newSigner();
  const gatewayKey = newSigner();
  const gateway = parseGatewayId(CONFORMANCE);
  const provider = await makeAgency(of.agency);
  const requester = await makeAgency(CONFORMANCE);
  const signers = { provider: signerFromJwk(provider.signing), requester: signerFromJwk(requester.signing) };
  const officers = {
    requester: await makeOfficer(requester.id, signers.requester),
    provider: await makeOfficer(provider.id, signers.provider),
    authority: await makeOfficer(AUTHORITY, root),
  };

  const terms = conformanceTerms({
    provider: provider.id,
    documentType,
    documentVersion: 1,
    schema,
    nowMs: Date.now(),
    pins: {
      requesterRecovery: requester.recovery.thumbprint,
      providerRecovery: provider.recovery.thumbprint,
      authority: root.thumbprint,
      audit: auditRoot.thumbprint,
      schema: schemaDigest(schema),
    },
  });
  const accepted = await accept(officers.provider.signer, await draft(officers.requester.signer, terms));
  const approval = { issuer: AUTHORITY, step: 'approved', timeMs: Date.now() } as const;
  let agreement = await nextStep(officers.authority.signer, accepted, approval);
  const trust = { registry: registryKey.publicJwk, trustDomain: TRUST_DOMAIN, audit: auditRoot.thumbprint };
  const standing: readonly Entity[] = [
    { kind: 'registry', id: 'registry', keys: await signRegistryKeys(root, trust) },
    { kind: 'audit', id: 'audit', keys: await signAuditKeys(auditRoot, audit) },
    { kind: 'gateway', id: gateway, keys: await signGatewayKeys(root, gateway, gatewayKey.publicJwk) },
    provider.entity,
    requester.entity,
    ...Object.values(officers).map(({ entity }) => entity),
    {
      kind: 'document-type',
      id: documentType,
      version: 1,
      provider: provider.id,
      title: { en: documentType, ar: documentType },
      schema,
    },
  ];
  const pins = { authority: root.thumbprint, audit: auditRoot.thumbprint };
  const registry = makeRegistryHolder(primitives, pins, log);
  let version = 0;
  const publish = async (): Promise<void> => {
    version += 1;
    const all: readonly Entity[] = [...standing, agreement];
    const records = (await Promise.all(all.map((entity) => signRecord(registryKey, entity)))).map((text) =>
      holdRecord(text),
    );
    const digests = records.map(({ digest }) => digest).sort();
    const head = await signHead(registryKey, { version, timeMs: Date.now(), digest: digestOverRecords(digests) });
    await registry.take({ records, digests, head });
  };
  const step = async (what: 'suspended' | 'resumed'): Promise<void> => {
    const said = { issuer: requester.id, step: what, timeMs: Date.now() };
    agreement = await nextStep(officers.requester.signer, agreement, said);
    await publish();
  };
  await publish();

  const boot = parseBootId(uuidV7(Date.now(), primitives.random(10)));
  const wire = makeWire({ gateway, boot, registry });
  const certify = async (peer: Parameters<typeof spiffeId>[1]) => ({
    ca: authority.caCert,
    ...(await issueCertificate({ ...authority, spiffeId: spiffeId(TRUST_DOMAIN, peer) })),
  });
  const server = await startRpcServer({
    listen: of.listen ?? '127.0.0.1:0',
    tls: await certify({ kind: 'gateway', id: gateway }),
    trustDomain: TRUST_DOMAIN,
    handlers: wire.handlers,
    log,
    onUnauthenticated: (reason) => log.warn({ reason }, 'a caller without a good certificate was refused'),
  });
  const evidence = await openEvidence({
    bus: { publish: async () => undefined },
    signer: gatewayKey,
    gateway,
    boot,
    origin: TRUST_DOMAIN,
    log,
    now: Date.now,
    patienceMs: 5_000,
  });

  return {
    address: server.address,
    wire,
    ground: {
      provider: {
        id: provider.id,
        signing: signers.provider.publicJwk,
        encryption: openerFromJwk(provider.encryption).publicJwk,
      },
      requester: { id: requester.id, signer: signers.requester, opener: openerFromJwk(requester.encryption) },
      audit,
      document: { type: documentType, version: 1, schema, schemaDigest: schemaDigest(schema) },
      terms,
      agreementDigest: agreementDigest(agreement.signed),
      gateway: { id: gateway, boot },
      record: evidence.record,
      suspension: { suspend: () => step('suspended'), resume: () => step('resumed') },
    },
    writeIdentity: async (folder) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const write = (name: string, text: string): Promise<void> => writePrivateFile(join(folder, name), text);
      const { ca, cert, key } = await certify({ kind: 'agency', id: provider.id });
      await write('ca.crt', ca);
      await write('tls.crt', cert);
      await write('tls.key', key);
      await write('signing.jwk', JSON.stringify(provider.signing));
      await write('encryption.jwk', JSON.stringify(provider.encryption));
      await write(
        'pins.json',
        JSON.stringify({
          agency: provider.id,
          trustDomain: TRUST_DOMAIN,
          ...pins,
          recovery: provider.recovery.thumbprint,
        }),
      );
      await write('bus.json', JSON.stringify({ gateways: [server.address] }));
    },
    stop: () => server.stop(1_000),
  };
};
