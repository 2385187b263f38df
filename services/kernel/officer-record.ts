import { type Signer, thumbprint } from './keys.ts';
import { type OfficerCertificate, signOfficer } from './officer.ts';
import type { EntityOf } from './registry.ts';

/** Certifies somebody, as a record of the registry; `by` is the agency's signing key, or the authority's root. */
export const certifyOfficer = async (by: Signer, of: OfficerCertificate): Promise<EntityOf<'officer'>> => ({
  kind: 'officer',
  id: thumbprint(of.key),
  issuer: of.issuer,
  certificates: [await signOfficer(by, of)],
});
