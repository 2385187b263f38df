import type { Bilingual } from '../kernel/agreement.ts';
import type { Issuer } from '../kernel/ids.ts';
import { type EcPublicJwk, type Signer, thumbprint } from '../kernel/keys.ts';
import { AGREEMENTS, signOfficer } from '../kernel/officer.ts';
import type { EntityOf } from '../kernel/registry.ts';

/** Who becomes an officer, and for how long. */
export interface Certifying {
  readonly issuer: Issuer;
  /** Opaque name of the person, one on the whole bus. */
  readonly person: string;
  readonly name?: Bilingual;
  readonly key: EcPublicJwk;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Certifies a person to act on agreements; `by` is the agency's signing key, or the authority's root. */
export const certifyOfficer = async (by: Signer, of: Certifying): Promise<EntityOf<'officer'>> => ({
  kind: 'officer',
  id: thumbprint(of.key),
  issuer: of.issuer,
  certificates: [await signOfficer(by, { ...of, role: AGREEMENTS })],
});
