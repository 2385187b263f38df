import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { utf8 } from './bytes.ts';
import { WaslError } from './codes.ts';
import { sha256 } from './digest.ts';
import { CLAIM_NAME } from './ids.ts';
import { signJws, verifyJws } from './jws.ts';
import type { EcPublicJwk, Primitives, Signer } from './keys.ts';
import { TYP } from './statements.ts';
import { type JsonObject, type JsonValue, parseStrictJson } from './strict-json.ts';

/** Members that an SD-JWT VC must not disclose selectively, or that the format keeps for itself. */
const RESERVED = new Set(['iss', 'nbf', 'exp', 'cnf', 'vct', 'status', 'aud', 'iat', 'sub', 'jti']);

const invalid = (): WaslError => new WaslError('credential-invalid');
const disclosureDigest = (disclosure: string): string => encodeBase64url(sha256(utf8(disclosure)));

/**
 * Issues an SD-JWT VC (RFC 9901 section 4): `always` stands in the clear, each member of `disclosable` is one disclosure with a 128-bit
 * salt. Flat claims only; a claim's value may be any JSON.
 */
export const issueSdJwt = async (
  signer: Signer,
  primitives: Primitives,
  content: { readonly always: JsonObject; readonly disclosable: JsonObject },
): Promise<string> => {
  const disclosures = Object.entries(content.disclosable).map(([name, value]) => {
    if (!CLAIM_NAME.test(name) || RESERVED.has(name) || Object.hasOwn(content.always, name)) throw invalid();
    return encodeBase64url(utf8(JSON.stringify([encodeBase64url(primitives.random(16)), name, value])));
  });
  const jws = await signJws(signer, TYP.credential, {
    ...content.always,
    _sd: disclosures.map(disclosureDigest).sort(),
    _sd_alg: 'sha-256',
  });
  return `${[jws, ...disclosures].join('~')}~`;
};

const parts = (compact: string): { readonly jws: string; readonly disclosures: readonly string[] } => {
  const [jws, ...rest] = compact.split('~');
  // RFC 9901 section 4: without a key binding JWT the form ends in a tilde.
  if (jws === undefined || rest.pop() !== '') throw invalid();
  return { jws, disclosures: rest };
};

const readDisclosure = (disclosure: string): readonly [string, JsonValue] => {
  const value = parseStrictJson(decodeBase64url(disclosure));
  if (!Array.isArray(value) || value.length !== 3) throw invalid();
  const [salt, name, claim] = value as readonly JsonValue[];
  if (typeof salt !== 'string' || typeof name !== 'string' || !CLAIM_NAME.test(name) || RESERVED.has(name))
    throw invalid();
  return [name, claim as JsonValue];
};

/** Keeps only the named disclosures; the signature still holds. */
export const presentSdJwt = (compact: string, names: readonly string[]): string => {
  const { jws, disclosures } = parts(compact);
  const kept = disclosures.filter((disclosure) => names.includes(readDisclosure(disclosure)[0]));
  return `${[jws, ...kept].join('~')}~`;
};

/**
 * Verifies by RFC 9901 section 7.1, in our profile alone: every disclosure must be referenced exactly once. The caller still checks what
 * `always` means (vct, aud, times, request digest). Errors: `credential-invalid`, `signature-invalid`, `malformed-message`, `wrong-type`.
 */
export const verifySdJwt = async (
  primitives: Primitives,
  issuer: EcPublicJwk,
  compact: string,
): Promise<{ readonly always: JsonObject; readonly claims: JsonObject }> => {
  const { jws, disclosures } = parts(compact);
  const { _sd, _sd_alg, ...always } = await verifyJws(primitives, issuer, jws, TYP.credential);
  if (_sd_alg !== 'sha-256' || !Array.isArray(_sd) || new Set(_sd).size !== _sd.length || '...' in always)
    throw invalid();
  const claims: Record<string, JsonValue> = {};
  const seen = new Set<string>();
  for (const disclosure of disclosures) {
    const digest = disclosureDigest(disclosure);
    const [name, value] = readDisclosure(disclosure);
    if (seen.has(digest) || !_sd.includes(digest)) throw invalid();
    if (Object.hasOwn(claims, name) || Object.hasOwn(always, name)) throw invalid();
    seen.add(digest);
    claims[name] = value;
  }
  return { always, claims };
};
