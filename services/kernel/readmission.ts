import { WaslError } from './codes.ts';
import { readFields } from './fields.ts';
import { FRESHNESS } from './freshness.ts';
import { type AgencyId, parseAgencyId } from './ids.ts';
import { type ReadJws, readJws, signJws } from './jws.ts';
import type { EcPublicJwk, Primitives, Signer } from './keys.ts';
import { TYP } from './statements.ts';

/** What an agency asks: a certificate, by a request (PKCS #10, PEM) that its signing key vouches for. The key in it, which gets one certificate and no second, is what makes each request another. */
export interface Readmission {
  readonly agency: AgencyId;
  readonly certificateRequest: string;
  readonly timeMs: number;
}

export const signReadmission = (signer: Signer, of: Readmission): Promise<string> =>
  signJws(signer, TYP.certificateRequest, {
    iss: of.agency,
    aud: 'registry',
    certificateRequest: of.certificateRequest,
    timeMs: of.timeMs,
  });

const fieldsOf = ({ payload }: ReadJws) => readFields(payload, 'certificate request');

/**
 * Verifies it by the signing key that the agency it names has. Errors: those of `keyOf`, `signature-invalid`, `issued-too-old`, `issued-in-future`,
 * `malformed-message`, `wrong-type`.
 */
export const verifyReadmission = async (
  primitives: Primitives,
  jws: string,
  of: { readonly keyOf: (agency: AgencyId) => Promise<EcPublicJwk>; readonly nowMs: number },
): Promise<Readmission> => {
  const read = readJws(jws, TYP.certificateRequest);
  const agency = parseAgencyId(fieldsOf(read).text('iss'));
  await read.verify(primitives, await of.keyOf(agency));
  const f = fieldsOf(read);
  f.text('iss');
  f.oneOf('aud', ['registry']);
  const readmission = {
    agency,
    certificateRequest: f.text('certificateRequest', undefined, 8_192),
    timeMs: f.count('timeMs'),
  };
  f.done();
  if (readmission.timeMs > of.nowMs + FRESHNESS.futureMs) throw new WaslError('issued-in-future');
  if (readmission.timeMs < of.nowMs - FRESHNESS.pastMs) throw new WaslError('issued-too-old');
  return readmission;
};
