import { type Bilingual, readBilingual } from './agreement.ts';
import { WaslError } from './codes.ts';
import { readFields } from './fields.ts';
import { AUTHORITY, type Issuer, parseIssuer } from './ids.ts';
import { readJws, signJws } from './jws.ts';
import {
  type EcPublicJwk,
  type Primitives,
  parseEcPublicJwk,
  type Signer,
  type Thumbprint,
  thumbprint,
} from './keys.ts';
import { THUMBPRINT, TYP } from './statements.ts';
import type { JsonObject } from './strict-json.ts';

/** The role of those who draft, accept, approve, suspend, resume and terminate agreements. */
export const AGREEMENTS = 'agreements';

/** An agency's word, or the authority's, that a person may act for it, with this key and in this role. */
export interface OfficerCertificate {
  readonly issuer: Issuer;
  /** Opaque name of the person, one on the whole bus: four eyes are two of these and not two keys. */
  readonly person: string;
  readonly name?: Bilingual;
  readonly role: string;
  readonly key: EcPublicJwk;
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
}

/** What the issuer takes back, from `sinceMs` on: it may lie before the day on which the theft was noticed. */
export interface OfficerRevocation {
  readonly issuer: Issuer;
  readonly officer: Thumbprint;
  readonly sinceMs: number;
}

/** By which key an issuer's word is known: an agency's signing key, or the thumbprint of the authority's root, which its statements carry. */
export type IssuerKey = EcPublicJwk | { readonly root: Thumbprint };

const PERSON = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const ROLE = /^[a-z]+(-[a-z]+)*$/;

const issued = ({ publicJwk }: Signer, issuer: Issuer): JsonObject => ({
  iss: issuer,
  aud: 'wasl',
  ...(issuer === AUTHORITY ? { root: { ...publicJwk } } : {}),
});

/** `issuer` is the agency's signing key, or the authority's root. */
export const signOfficer = (issuer: Signer, certificate: OfficerCertificate): Promise<string> => {
  const { issuer: iss, person, name, role, key, fromMs, untilMs } = certificate;
  const named = name === undefined ? {} : { name: { en: name.en, ar: name.ar } };
  return signJws(issuer, TYP.officer, {
    ...issued(issuer, iss),
    person,
    ...named,
    role,
    key: { ...key },
    fromMs,
    untilMs,
  });
};

export const signOfficerRevocation = (issuer: Signer, of: OfficerRevocation): Promise<string> =>
  signJws(issuer, TYP.officerRevocation, {
    ...issued(issuer, of.issuer),
    officer: of.officer,
    sinceMs: of.sinceMs,
  });

/** Reads a certificate without verifying it. */
export const readOfficer = (jws: string): OfficerCertificate => {
  const f = readFields(readJws(jws, TYP.officer).payload, 'officer');
  f.oneOf('aud', ['wasl']);
  f.optionalObject('root');
  const name = f.optionalObject('name');
  const certificate: OfficerCertificate = {
    issuer: parseIssuer(f.text('iss')),
    person: f.text('person', PERSON),
    ...(name === undefined ? {} : { name: readBilingual(name, 'officer.name') }),
    role: f.text('role', ROLE, 64),
    key: parseEcPublicJwk(f.object('key')),
    fromMs: f.count('fromMs'),
    untilMs: f.count('untilMs'),
  };
  f.done();
  return certificate;
};

/** Errors: `signature-invalid`, `pin-mismatch`, `malformed-message`, `wrong-type`. */
export const verifyOfficer = async (
  primitives: Primitives,
  by: IssuerKey,
  jws: string,
): Promise<OfficerCertificate> => {
  await verifyIssued(primitives, by, jws, TYP.officer);
  return readOfficer(jws);
};

export const verifyOfficerRevocation = async (
  primitives: Primitives,
  by: IssuerKey,
  jws: string,
): Promise<OfficerRevocation> => {
  await verifyIssued(primitives, by, jws, TYP.officerRevocation);
  return readOfficerRevocation(jws);
};

/** Reads a revocation without verifying it. */
export const readOfficerRevocation = (jws: string): OfficerRevocation => {
  const f = readFields(readJws(jws, TYP.officerRevocation).payload, 'officer-revocation');
  f.oneOf('aud', ['wasl']);
  f.optionalObject('root');
  const revocation = {
    issuer: parseIssuer(f.text('iss')),
    officer: f.text('officer', THUMBPRINT) as Thumbprint,
    sinceMs: f.count('sinceMs'),
  };
  f.done();
  return revocation;
};

const verifyIssued = (primitives: Primitives, by: IssuerKey, jws: string, typ: string): Promise<JsonObject> => {
  const read = readJws(jws, typ);
  const issuer = readFields(read.payload, 'issued').text('iss');
  // An agency speaks by its key and the authority by its root; neither in the other's name.
  if ('root' in by !== (issuer === AUTHORITY)) throw new WaslError('signature-invalid');
  if (!('root' in by)) return read.verify(primitives, by);
  const root = parseEcPublicJwk(readFields(read.payload, 'issued').object('root'));
  if (thumbprint(root) !== by.root) throw new WaslError('pin-mismatch');
  return read.verify(primitives, root);
};
