import { WaslError } from './codes.ts';
import type { Digest } from './digest.ts';
import { readFields } from './fields.ts';
import { type AgencyId, AUTHORITY, type Issuer, parseAgencyId, parseIssuer } from './ids.ts';
import { readJws, signJws } from './jws.ts';
import type { KeyPair } from './key-statements.ts';
import {
  type EcPublicJwk,
  type Primitives,
  parseEcPublicJwk,
  parseOkpPublicJwk,
  type Signer,
  type Thumbprint,
  thumbprint,
} from './keys.ts';
import { DIGEST, THUMBPRINT, TYP } from './statements.ts';

/** An agency's next keys. `sequence` counts from 1; `previous` is the digest of the statement before, of `keys` for the first. */
export interface Rollover extends KeyPair {
  readonly agency: AgencyId;
  readonly sequence: number;
  readonly previous: Digest;
  readonly timeMs: number;
}

/** `by` the recovery key the new keys count at once, by the present signing key after `ROLLOVER_WAITS_MS` (`key-history.ts`). */
export const signRollover = (by: Signer, as: 'recovery' | 'signing', rollover: Rollover): Promise<string> =>
  signJws(by, TYP.keyRollover, {
    iss: rollover.agency,
    aud: 'wasl',
    ...(as === 'recovery' ? { root: { ...by.publicJwk } } : {}),
    sequence: rollover.sequence,
    previous: rollover.previous,
    signing: { ...rollover.signing },
    encryption: { ...rollover.encryption },
    timeMs: rollover.timeMs,
  });

/** A rollover as it reads: it is anybody's word until `verify` has resolved. */
export interface ReadRollover extends Rollover {
  /** Where the recovery key says that it signed. */
  readonly root?: EcPublicJwk;
  /** The key that it says it is signed with. */
  readonly kid: Thumbprint;
  verify(primitives: Primitives, by: EcPublicJwk): Promise<void>;
}

export const readRollover = (jws: string): ReadRollover => {
  const read = readJws(jws, TYP.keyRollover);
  const f = readFields(read.payload, 'rollover');
  f.oneOf('aud', ['wasl']);
  const root = f.optionalObject('root');
  const rollover = {
    ...(root === undefined ? {} : { root: parseEcPublicJwk(root) }),
    agency: parseAgencyId(f.text('iss')),
    sequence: f.count('sequence'),
    previous: f.text('previous', DIGEST) as Digest,
    signing: parseEcPublicJwk(f.object('signing')),
    encryption: parseOkpPublicJwk(f.object('encryption')),
    timeMs: f.count('timeMs'),
  };
  f.done();
  return {
    ...rollover,
    kid: read.kid,
    verify: async (primitives, by) => {
      await read.verify(primitives, by);
    },
  };
};

/** What a signing key signed from `sinceMs` on counts for nothing; it may lie before the day on which the theft was noticed. */
export interface KeyRevocation {
  readonly issuer: Issuer;
  readonly agency: AgencyId;
  readonly key: Thumbprint;
  readonly sinceMs: number;
}

/** `by` is the agency's recovery key, or the authority's root. */
export const signKeyRevocation = (by: Signer, revocation: KeyRevocation): Promise<string> =>
  signJws(by, TYP.keyRevocation, {
    iss: revocation.issuer,
    aud: 'wasl',
    root: { ...by.publicJwk },
    agency: revocation.agency,
    key: revocation.key,
    sinceMs: revocation.sinceMs,
  });

/** Whose word revokes. */
export interface Revokers {
  readonly agency: AgencyId;
  readonly recovery: Thumbprint;
  readonly authority: Thumbprint;
}

/** Errors: `pin-mismatch`, `signature-invalid`, `malformed-message`, `wrong-type`. */
export const verifyKeyRevocation = async (
  primitives: Primitives,
  jws: string,
  { agency, recovery, authority }: Revokers,
): Promise<KeyRevocation> => {
  const read = readJws(jws, TYP.keyRevocation);
  const f = readFields(read.payload, 'key-revocation');
  f.oneOf('aud', ['wasl']);
  const root = parseEcPublicJwk(f.object('root'));
  const revocation = {
    issuer: parseIssuer(f.text('iss')),
    agency: parseAgencyId(f.text('agency')),
    key: f.text('key', THUMBPRINT) as Thumbprint,
    sinceMs: f.count('sinceMs'),
  };
  f.done();
  const { issuer } = revocation;
  const pinned = issuer === AUTHORITY ? authority : recovery;
  const ours = revocation.agency === agency && (issuer === AUTHORITY || issuer === agency);
  if (!ours || thumbprint(root) !== pinned) throw new WaslError('pin-mismatch');
  await read.verify(primitives, root);
  return revocation;
};
