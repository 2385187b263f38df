import { encodeBase64url } from './base64url.ts';
import { latin1, splitBytes, utf8 } from './bytes.ts';
import { WaslError } from './codes.ts';
import { type Digest, digestOfText } from './digest.ts';
import { isObject } from './fields.ts';
import { CLAIM_NAME } from './ids.ts';
import { fitsOnePiece, jsonInPieces, parseInPieces } from './json-pieces.ts';
import { readJws, signJws, verifyJws } from './jws.ts';
import type { EcPublicJwk, Primitives, Signer, Thumbprint } from './keys.ts';
import { concatInPieces, decodeBase64urlInPieces, encodeBase64urlInPieces, sha256InPieces } from './pieces.ts';
import { TYP } from './statements.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

/** Members that an SD-JWT VC must not disclose selectively, or that the format keeps for itself. */
const RESERVED = new Set(['iss', 'nbf', 'exp', 'cnf', 'vct', 'status', 'aud', 'iat', 'sub', 'jti']);

/** Whether a document may have a claim of this name: others could never be disclosed. */
export const isClaimName = (name: string): boolean => CLAIM_NAME.test(name) && !RESERVED.has(name);

/** Error: `schema-claim-name` for a document's schema with a claim that no credential could disclose. */
export const mustNameClaims = ({ properties }: JsonObject): void => {
  const name = isObject(properties) ? Object.keys(properties).find((each) => !isClaimName(each)) : undefined;
  if (name !== undefined) throw new WaslError('schema-claim-name', { name: name.slice(0, 100) });
};

const invalid = (): WaslError => new WaslError('credential-invalid');
const disclosureDigest = async ({ breathe }: Primitives, disclosure: Uint8Array): Promise<string> =>
  encodeBase64url(await sha256InPieces(breathe, disclosure));
const TILDE = 0x7e;
const END = utf8('~');
/** A request names no more claims; without a bound, bytes of nothing but tildes would be as many parts. */
const DISCLOSURES_AT_MOST = 100;

/**
 * Issues an SD-JWT VC (RFC 9901 section 4): `always` stands in the clear, each member of `disclosable` is one disclosure with a 128-bit
 * salt. Flat claims only; a claim's value may be any JSON.
 */
export const issueSdJwt = async (
  signer: Signer,
  primitives: Primitives,
  content: { readonly always: JsonObject; readonly disclosable: JsonObject },
): Promise<Uint8Array> => {
  const { breathe } = primitives;
  const disclosures: Uint8Array[] = [];
  const digests: string[] = [];
  for (const [name, value] of Object.entries(content.disclosable)) {
    if (!isClaimName(name) || Object.hasOwn(content.always, name)) throw invalid();
    const json = [encodeBase64url(primitives.random(16)), name, value];
    const disclosure = fitsOnePiece(json)
      ? utf8(encodeBase64url(utf8(JSON.stringify(json))))
      : await encodeBase64urlInPieces(breathe, await jsonInPieces(breathe, json));
    disclosures.push(disclosure);
    digests.push(await disclosureDigest(primitives, disclosure));
  }
  const jws = await signJws(signer, TYP.credential, { ...content.always, _sd: digests.sort(), _sd_alg: 'sha-256' });
  return concatInPieces(breathe, [utf8(jws), END, ...disclosures.flatMap((disclosure) => [disclosure, END])]);
};

const parts = (compact: Uint8Array): { readonly jws: Uint8Array; readonly disclosures: readonly Uint8Array[] } => {
  // One more is left in the last part, which is then not empty.
  const [jws, ...rest] = splitBytes(compact, TILDE, DISCLOSURES_AT_MOST + 2);
  // RFC 9901 section 4: without a key binding JWT the form ends in a tilde.
  if (jws === undefined || rest.pop()?.length !== 0) throw invalid();
  return { jws, disclosures: rest };
};

const readDisclosure = async (
  { breathe }: Primitives,
  disclosure: Uint8Array,
): Promise<readonly [string, JsonValue]> => {
  const value = await parseInPieces(breathe, await decodeBase64urlInPieces(breathe, disclosure));
  if (!Array.isArray(value) || value.length !== 3) throw invalid();
  const [salt, name, claim] = value as readonly JsonValue[];
  if (typeof salt !== 'string' || typeof name !== 'string' || !isClaimName(name)) throw invalid();
  return [name, claim as JsonValue];
};

/** What the issuer signed, without the disclosures. */
const signedPart = (compact: Uint8Array): string => {
  const end = compact.indexOf(TILDE);
  return latin1(end < 0 ? compact : compact.subarray(0, end));
};

/** The thumbprint of the key that it says it is signed with. Errors: `malformed-message`, `wrong-type`. */
export const issuerKid = (compact: Uint8Array): Thumbprint => readJws(signedPart(compact), TYP.credential).kid;

/** Names a credential, whatever of it is disclosed. */
export const credentialDigest = (compact: Uint8Array | string): Digest =>
  digestOfText(typeof compact === 'string' ? (compact.split('~', 1)[0] ?? '') : signedPart(compact));

/**
 * Verifies by RFC 9901 section 7.1, in our profile alone: every disclosure must be referenced exactly once. The caller still checks what
 * `always` means (vct, aud, times, request digest). What it takes is ASCII. Errors: `credential-invalid`, `signature-invalid`,
 * `malformed-message`, `wrong-type`.
 */
export const verifySdJwt = async (
  primitives: Primitives,
  issuer: EcPublicJwk,
  compact: Uint8Array,
): Promise<{ readonly always: JsonObject; readonly claims: JsonObject }> => {
  const { jws, disclosures } = parts(compact);
  const { _sd, _sd_alg, ...always } = await verifyJws(primitives, issuer, latin1(jws), TYP.credential);
  if (_sd_alg !== 'sha-256' || !Array.isArray(_sd) || new Set(_sd).size !== _sd.length || '...' in always)
    throw invalid();
  const claims: Record<string, JsonValue> = {};
  const seen = new Set<string>();
  for (const disclosure of disclosures) {
    const digest = await disclosureDigest(primitives, disclosure);
    const [name, value] = await readDisclosure(primitives, disclosure);
    if (seen.has(digest) || !_sd.includes(digest)) throw invalid();
    if (Object.hasOwn(claims, name) || Object.hasOwn(always, name)) throw invalid();
    seen.add(digest);
    claims[name] = value;
  }
  return { always, claims };
};
