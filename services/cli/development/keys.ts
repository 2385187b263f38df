import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  AUTHORITY,
  CONFORMANCE,
  type GatewayId,
  type Issuer,
  parseAgencyId,
  parseGatewayId,
  spiffeId,
} from '../../kernel/ids.ts';
import type { EcPublicJwk, OkpPublicJwk, Signer, Thumbprint } from '../../kernel/keys.ts';
import { AGREEMENTS } from '../../kernel/officer.ts';
import { certifyOfficer } from '../../kernel/officer-record.ts';
import type { EntityOf } from '../../kernel/registry.ts';
import { writePrivateFile } from '../../platform/crypto/files.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  signerFromJwk,
} from '../../platform/crypto/index.ts';
import { type Authority, createAuthority, issueCertificate } from '../../platform/crypto/x509.ts';
import { AGENCIES, CONFORMANCE_AGENCY } from './agencies.ts';
import { DATA_OFFICER, GATEWAY, type Layout, officerFiles, TRUST_DOMAIN } from './layout.ts';

/** The signers that the making of a folder needs; each private key stands in its owner's folder alone. */
export interface MadeKeys {
  readonly root: Signer;
  /** Who approves agreements for the authority. */
  readonly officer: MadeOfficer;
  readonly audit: { readonly root: Signer; readonly encryption: OkpPublicJwk };
  readonly registry: Signer;
  readonly gateways: readonly { readonly id: GatewayId; readonly key: EcPublicJwk }[];
  /** Who approves, for the authority, what the conformance suite and an agency agree on. */
  readonly conformanceOfficer: MadeOfficer;
  readonly agencies: ReadonlyMap<string, MadeAgency>;
}

/** A person who may act on agreements: their key, and the certificate of whom they act for. */
export interface MadeOfficer {
  readonly signer: Signer;
  readonly entity: EntityOf<'officer'>;
}

export interface MadeAgency {
  readonly officer: MadeOfficer;
  readonly signing: Signer;
  readonly encryption: OkpPublicJwk;
  readonly recovery: Signer;
}

const YEARS_MS = 365 * 24 * 60 * 60 * 1000;

const makeSigner = async (path: string): Promise<Signer> => {
  const jwk = generateSigningKey();
  await writePrivateFile(path, JSON.stringify(jwk));
  return signerFromJwk(jwk);
};

const makeEncryption = async (path: string): Promise<OkpPublicJwk> => {
  const jwk = generateEncryptionKey();
  await writePrivateFile(path, JSON.stringify(jwk));
  return openerFromJwk(jwk).publicJwk;
};

/** Makes the development authority and every key below it, each on its own: no two uses share a key. */
export const makeKeys = async (layout: Layout, nowMs: number): Promise<MadeKeys> => {
  const authority = await createAuthority({ commonName: 'Wasl development authority' });
  await writePrivateFile(join(layout.authority, 'ca.crt'), authority.caCert);
  await writePrivateFile(join(layout.authority, 'ca.key'), authority.caKey);
  const root = await makeSigner(join(layout.authority, 'root.jwk'));
  const auditRoot = await makeSigner(join(layout.audit, 'root.jwk'));
  const auditEncryption = await makeEncryption(join(layout.audit, 'encryption.jwk'));
  const registry = await makeSigner(join(layout.registry, 'signing.jwk'));
  await writeTls(authority, layout.registry, spiffeId(TRUST_DOMAIN, { kind: 'registry', id: 'registry' }), nowMs);
  const pins = { trustDomain: TRUST_DOMAIN, authority: root.thumbprint, audit: auditRoot.thumbprint };

  await writeTls(authority, layout.operator, spiffeId(TRUST_DOMAIN, { kind: 'authority', id: 'operator' }), nowMs);
  await writePins(layout.operator, pins);
  const gateways: { id: GatewayId; key: EcPublicJwk }[] = [];
  for (const name of [GATEWAY, CONFORMANCE]) {
    const id = parseGatewayId(name);
    const folder = layout.gateway(name);
    await writeTls(authority, folder, spiffeId(TRUST_DOMAIN, { kind: 'gateway', id }), nowMs);
    gateways.push({ id, key: (await makeSigner(join(folder, 'signing.jwk'))).publicJwk });
    await writePins(folder, { gateway: name, ...pins });
  }

  const agencies = new Map<string, MadeAgency>();
  for (const { id } of [...AGENCIES, CONFORMANCE_AGENCY]) {
    const folder = layout.agency(id);
    const signing = await makeSigner(join(folder, 'signing.jwk'));
    await writeTls(authority, folder, spiffeId(TRUST_DOMAIN, { kind: 'agency', id: parseAgencyId(id) }), nowMs);
    const recovery = await makeSigner(join(folder, 'recovery.jwk'));
    agencies.set(id, {
      signing,
      officer: await makeOfficer(folder, signing, parseAgencyId(id), nowMs),
      encryption: await makeEncryption(join(folder, 'encryption.jwk')),
      recovery,
    });
    await writePins(folder, { agency: id, ...pins, recovery: recovery.thumbprint });
  }
  return {
    root,
    officer: await makeOfficer(layout.operator, root, AUTHORITY, nowMs),
    audit: { root: auditRoot, encryption: auditEncryption },
    registry,
    gateways,
    conformanceOfficer: await makeOfficer(layout.gateway(CONFORMANCE), root, AUTHORITY, nowMs, CONFORMANCE),
    agencies,
  };
};

/** An officer of the invented agency, whose person is an invented staff number. */
const makeOfficer = async (
  folder: string,
  by: Signer,
  issuer: Issuer,
  nowMs: number,
  person = '1001',
): Promise<MadeOfficer> => {
  const { key, certificate: path } = officerFiles(folder, DATA_OFFICER);
  await mkdir(dirname(key), { recursive: true, mode: 0o700 });
  const signer = await makeSigner(key);
  const entity = await certifyOfficer(by, {
    issuer,
    person: `${issuer}:${person}`,
    name: { en: 'Data officer (example)', ar: 'ضابط البيانات (مثال)' },
    role: AGREEMENTS,
    key: signer.publicJwk,
    fromMs: nowMs - 60 * 60 * 1000,
    untilMs: nowMs + 2 * YEARS_MS,
  });
  await writePrivateFile(path, JSON.stringify(entity));
  return { signer, entity };
};

interface PinsFile {
  readonly trustDomain: string;
  readonly authority: Thumbprint;
  readonly audit: Thumbprint;
  readonly agency?: string;
  readonly gateway?: string;
  readonly recovery?: Thumbprint;
}

const writePins = (folder: string, pins: PinsFile): Promise<void> =>
  writePrivateFile(join(folder, 'pins.json'), `${JSON.stringify(pins, null, 2)}\n`);

const writeTls = async (authority: Authority, folder: string, id: string, nowMs: number) => {
  const { cert, key } = await issueCertificate({
    ...authority,
    spiffeId: id,
    notBefore: new Date(nowMs - 60 * 60 * 1000),
    notAfter: new Date(nowMs + 2 * YEARS_MS),
  });
  await writePrivateFile(join(folder, 'ca.crt'), authority.caCert);
  await writePrivateFile(join(folder, 'tls.crt'), cert);
  await writePrivateFile(join(folder, 'tls.key'), key);
};
