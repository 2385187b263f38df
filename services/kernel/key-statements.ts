import { WaslError } from './codes.ts';
import { readFields } from './fields.ts';
import { type AgencyId, AUTHORITY, type GatewayId, parseAgencyId, parseGatewayId } from './ids.ts';
import { readJws, signJws } from './jws.ts';
import {
  type EcPublicJwk,
  type OkpPublicJwk,
  type Primitives,
  parseEcPublicJwk,
  parseOkpPublicJwk,
  type Signer,
  type Thumbprint,
  thumbprint,
} from './keys.ts';
import { THUMBPRINT, TYP } from './statements.ts';
import type { JsonObject } from './strict-json.ts';

/** What an agency signs with, and what is sealed to it. */
export interface KeyPair {
  readonly signing: EcPublicJwk;
  readonly encryption: OkpPublicJwk;
}

/** An agency's first keys. */
export interface AgencyKeys extends KeyPair {
  readonly agency: AgencyId;
  /** Thumbprint of the recovery key that signed. */
  readonly recovery: Thumbprint;
}

export const signAgencyKeys = (
  recovery: Signer,
  agency: AgencyId,
  signing: EcPublicJwk,
  encryption: OkpPublicJwk,
): Promise<string> =>
  signJws(recovery, TYP.agencyKeys, {
    iss: agency,
    aud: 'wasl',
    root: { ...recovery.publicJwk },
    signing: { ...signing },
    encryption: { ...encryption },
  });

/** A statement signed by a root that it carries itself: worth nothing until its thumbprint is compared with a pin. */
const verifyByOwnRoot = async (
  primitives: Primitives,
  jws: string,
  typ: string,
): Promise<{ payload: JsonObject; root: Thumbprint }> => {
  const read = readJws(jws, typ);
  const root = parseEcPublicJwk(readFields(read.payload, 'keys').object('root'));
  return { payload: await read.verify(primitives, root), root: thumbprint(root) };
};

const verifyByPinnedRoot = async (
  primitives: Primitives,
  jws: string,
  typ: string,
  pin: Thumbprint,
): Promise<JsonObject> => {
  const { payload, root } = await verifyByOwnRoot(primitives, jws, typ);
  if (root !== pin) throw new WaslError('pin-mismatch');
  return payload;
};

const agencyKeysOf = (payload: JsonObject): AgencyKeys => {
  const f = readFields(payload, 'keys');
  f.oneOf('aud', ['wasl']);
  const keys = {
    recovery: thumbprint(parseEcPublicJwk(f.object('root'))),
    agency: parseAgencyId(f.text('iss')),
    signing: parseEcPublicJwk(f.object('signing')),
    encryption: parseOkpPublicJwk(f.object('encryption')),
  };
  f.done();
  return keys;
};

/** Reads the statement without verifying it. */
export const readAgencyKeys = (jws: string): AgencyKeys => agencyKeysOf(readJws(jws, TYP.agencyKeys).payload);

/** The recovery key is whichever signed: the caller compares `recovery` with its agreements. Error: `signature-invalid`. */
export const verifyAgencyKeys = async (primitives: Primitives, jws: string): Promise<AgencyKeys> =>
  agencyKeysOf((await verifyByOwnRoot(primitives, jws, TYP.agencyKeys)).payload);

/** The fields of a statement that a root which it carries made for the whole bus. */
const fieldsBy = (payload: JsonObject, issuer: string) => {
  const f = readFields(payload, 'keys');
  f.oneOf('iss', [issuer]);
  f.oneOf('aud', ['wasl']);
  f.object('root');
  return f;
};

export const signAuditKeys = (root: Signer, encryption: OkpPublicJwk): Promise<string> =>
  signJws(root, TYP.auditKeys, {
    iss: 'audit',
    aud: 'wasl',
    root: { ...root.publicJwk },
    encryption: { ...encryption },
  });

export const verifyAuditKeys = async (primitives: Primitives, jws: string, pin: Thumbprint): Promise<OkpPublicJwk> => {
  const payload = await verifyByPinnedRoot(primitives, jws, TYP.auditKeys, pin);
  const f = fieldsBy(payload, 'audit');
  const encryption = parseOkpPublicJwk(f.object('encryption'));
  f.done();
  return encryption;
};

/** What the authority's root says of the whole bus: the registry's key, the SPIFFE trust domain, and the audit service's root. */
export interface RegistryKeys {
  /** Thumbprint of the root itself. */
  readonly root: Thumbprint;
  readonly registry: EcPublicJwk;
  readonly trustDomain: string;
  readonly audit: Thumbprint;
}

const TRUST_DOMAIN = /^[a-z0-9]([a-z0-9.-]{0,253}[a-z0-9])?$/;

export const signRegistryKeys = (
  root: Signer,
  { registry, trustDomain, audit }: Omit<RegistryKeys, 'root'>,
): Promise<string> =>
  signJws(root, TYP.registryKeys, {
    iss: AUTHORITY,
    aud: 'wasl',
    root: { ...root.publicJwk },
    registry: { ...registry },
    trustDomain,
    audit,
  });

/** Reads the statement without verifying it. */
export const readRegistryKeys = (jws: string): RegistryKeys => registryKeysOf(readJws(jws, TYP.registryKeys).payload);

export const verifyRegistryKeys = async (primitives: Primitives, jws: string, pin: Thumbprint): Promise<RegistryKeys> =>
  registryKeysOf(await verifyByPinnedRoot(primitives, jws, TYP.registryKeys, pin));

const registryKeysOf = (payload: JsonObject): RegistryKeys => {
  const f = fieldsBy(payload, AUTHORITY);
  const keys = {
    root: thumbprint(parseEcPublicJwk(f.object('root'))),
    registry: parseEcPublicJwk(f.object('registry')),
    trustDomain: f.text('trustDomain', TRUST_DOMAIN),
    audit: f.text('audit', THUMBPRINT) as Thumbprint,
  };
  f.done();
  return keys;
};

export const signGatewayKeys = (root: Signer, gateway: GatewayId, key: EcPublicJwk): Promise<string> =>
  signJws(root, TYP.gatewayKeys, {
    iss: AUTHORITY,
    aud: 'wasl',
    root: { ...root.publicJwk },
    gateway,
    key: { ...key },
  });

export const verifyGatewayKeys = async (
  primitives: Primitives,
  jws: string,
  pin: Thumbprint,
): Promise<{ readonly gateway: GatewayId; readonly key: EcPublicJwk }> => {
  const f = fieldsBy(await verifyByPinnedRoot(primitives, jws, TYP.gatewayKeys, pin), AUTHORITY);
  const named = { gateway: parseGatewayId(f.text('gateway')), key: parseEcPublicJwk(f.object('key')) };
  f.done();
  return named;
};
