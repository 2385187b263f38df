import type { AgencyId, Issuer } from '../../kernel/ids.ts';
import { signAgencyKeys } from '../../kernel/key-statements.ts';
import type { Signer } from '../../kernel/keys.ts';
import { AGREEMENTS } from '../../kernel/officer.ts';
import { certifyOfficer } from '../../kernel/officer-record.ts';
import type { Entity } from '../../kernel/registry.ts';
import {
  type EcPrivateJwk,
  generateEncryptionKey,
  generateSigningKey,
  type OkpPrivateJwk,
  openerFromJwk,
  signerFromJwk,
} from '../../platform/crypto/index.ts';

/** An agency of a rehearsal, with the private halves that its adapter is given. */
export interface RehearsalAgency {
  readonly id: AgencyId;
  readonly signing: EcPrivateJwk;
  readonly encryption: OkpPrivateJwk;
  readonly recovery: Signer;
  readonly entity: Entity;
}

export const newSigner = (): Signer => signerFromJwk(generateSigningKey());

/** An agency with keys made now and kept by nobody. */
export const makeAgency = async (id: AgencyId): Promise<RehearsalAgency> => {
  const signing = generateSigningKey();
  const encryption = generateEncryptionKey();
  const recovery = newSigner();
  const keys = await signAgencyKeys(
    recovery,
    id,
    signerFromJwk(signing).publicJwk,
    openerFromJwk(encryption).publicJwk,
  );
  const entity: Entity = { kind: 'agency', id, name: { en: id, ar: id }, status: 'active', keys };
  return { id, signing, encryption, recovery, entity };
};

const DAY_MS = 86_400_000;

/** Somebody who acts for an issuer in a rehearsal. */
export const makeOfficer = async (issuer: Issuer, by: Signer): Promise<{ signer: Signer; entity: Entity }> => {
  const signer = newSigner();
  const entity = await certifyOfficer(by, {
    issuer,
    person: `${issuer}:rehearsal`,
    role: AGREEMENTS,
    key: signer.publicJwk,
    fromMs: Date.now() - DAY_MS,
    untilMs: Date.now() + DAY_MS,
  });
  return { signer, entity };
};
