import { WaslError } from '../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../services/kernel/copy.ts';
import type { Digest } from '../../services/kernel/digest.ts';
import { sealTo } from '../../services/kernel/jwe.ts';
import type { Primitives } from '../../services/kernel/keys.ts';
import { credentialDigest, issueSdJwt } from '../../services/kernel/sdjwt.ts';
import { type StatusPlace, statusClaim } from '../../services/kernel/status-list.ts';
import type { JsonObject, JsonValue } from '../../services/kernel/strict-json.ts';
import { compileSchema } from '../../services/platform/validate/index.ts';
import type { GoodOffer } from './check-offer.ts';
import type { Identity } from './identity.ts';

/** Content type of a sealed credential (draft-ietf-oauth-sd-jwt-vc, section 6). */
export const SEALED_TYPE = 'dc+sd-jwt';
/** How long a credential counts, from its issue; seconds. */
export const VALID_S = 30 * 86_400;

/** `vct` of a document type's version. */
export const vctOf = (documentType: string, version: number): string => `urn:wasl:document:${documentType}:v${version}`;

interface Issuing {
  readonly document: Readonly<Record<string, unknown>>;
  /** Where it will be said whether it still counts. */
  readonly status: StatusPlace;
  readonly nowMs: number;
}

/**
 * Makes the verified document: the whole of it is held to the schema, then everything that was not asked for under the agreement is
 * dropped before a byte is signed. `credential` names what was signed. Throws `schema-invalid-answer` with places, never values, and
 * `other-subject`.
 */
export const issueDocument = async (
  primitives: Primitives,
  identity: Identity,
  copy: RegistryCopy,
  { request, part, sealTo: key }: GoodOffer,
  requestDigest: Digest,
  { document, status, nowMs }: Issuing,
): Promise<{ readonly sealed: Uint8Array; readonly claims: readonly string[]; readonly credential: Digest }> => {
  const type = copy.documentType(request.documentType, request.documentVersion);
  if (type === undefined) throw new WaslError('unknown-document-type', { documentType: request.documentType });
  const whole = document as JsonObject;
  const schema = compileSchema(type.schemaDigest, type.schema);
  const problems = schema.document(whole);
  if (problems.length > 0) throw new WaslError('schema-invalid-answer', { what: problems.slice(0, 5).join(', ') });
  if (schema.about(part.subject, whole) === 'other') throw new WaslError('other-subject');

  const claims = request.claims.filter((claim) => Object.hasOwn(whole, claim));
  if (claims.length === 0) throw new WaslError('schema-invalid-answer', { what: 'none of the claims asked for' });
  const issuedAt = Math.floor(nowMs / 1000);
  const credential = await issueSdJwt(identity.keys.present().signer, primitives, {
    always: {
      iss: identity.agency,
      aud: request.requester,
      vct: vctOf(request.documentType, request.documentVersion),
      iat: issuedAt,
      exp: issuedAt + VALID_S,
      purpose: request.purpose,
      request: requestDigest,
      asOf: whole.asOf as JsonValue,
      status: statusClaim(status),
    },
    disclosable: Object.fromEntries(claims.map((claim) => [claim, whole[claim] as JsonValue])),
  });
  const sealed = await sealTo(primitives, key, credential, SEALED_TYPE);
  return { sealed, claims, credential: credentialDigest(credential) };
};
