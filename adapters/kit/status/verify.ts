import { utf8 } from '../../../services/kernel/bytes.ts';
import { WaslError } from '../../../services/kernel/codes.ts';
import type { RegistryCopy } from '../../../services/kernel/copy.ts';
import type { Digest } from '../../../services/kernel/digest.ts';
import { readJws } from '../../../services/kernel/jws.ts';
import { periodOf } from '../../../services/kernel/key-history.ts';
import { type Primitives, thumbprint } from '../../../services/kernel/keys.ts';
import { credentialDigest, verifySdJwt } from '../../../services/kernel/sdjwt.ts';
import { TYP } from '../../../services/kernel/statements.ts';
import { inflateStatusList, readStatusClaim, readStatusUri, statusAt } from '../../../services/kernel/status-list.ts';
import type { JsonObject } from '../../../services/kernel/strict-json.ts';
import { zlib } from '../../../services/platform/compress/index.ts';
import type { Identity } from '../identity.ts';
import { type Reason, reasonOf } from '../outcome.ts';
import type { Answering } from './answered-at.ts';
import type { HeldLists } from './held.ts';

/** `unknown`: no list says so, or none that is still good; it is never to be taken for `valid`. */
export type DocumentStatus = 'valid' | 'revoked' | 'unknown';

/** A document that its issuer signed, and whether it still counts. */
export interface Verified {
  readonly issuer: string;
  /** The disclosed claims by name. */
  readonly document: JsonObject;
  /** What the credential always discloses: iss, aud, vct, purpose, iat, exp, asOf, request, status. */
  readonly always: JsonObject;
  readonly status: DocumentStatus;
  /** When the provider signed the list that says so (RFC 3339); null where there is none. */
  readonly asOf: string | null;
  /** Why it is not `valid`. */
  readonly reason?: Reason;
}

interface With {
  readonly primitives: Primitives;
  readonly identity: Pick<Identity, 'agency'>;
  readonly copy: RegistryCopy;
  readonly lists: HeldLists;
  /** When the answer that brought a credential was put in evidence, ms, by what this agency holds of it. */
  readonly answeredAt: (of: Answering) => Promise<number | undefined>;
  readonly now: () => number;
}

/**
 * Verifies a credential (compact SD-JWT) that this agency got or issued. Errors: `credential-invalid` (a list of somebody else's than the issuer
 * above all), `signature-invalid`, `malformed-message`, `wrong-type`, `unknown-agency`, `document-not-yours`, `document-expired`,
 * `status-index-unknown`, `unknown-key` when its key did not count at that time, `signing-key-revoked`.
 */
export const verifyDocument = async (
  { primitives, identity, copy, lists, answeredAt, now }: With,
  credential: string,
): Promise<Verified> => {
  const [jws = ''] = credential.split('~', 1);
  const {
    payload: { iss },
    kid,
  } = readJws(jws, TYP.credential);
  const issuer = typeof iss === 'string' ? iss : '';
  const agency = copy.agency(issuer);
  if (agency === undefined) throw new WaslError('unknown-agency', { agency: issuer.slice(0, 100) });
  const keys = agency.history.periods.find(({ signing }) => thumbprint(signing) === kid);
  if (keys === undefined) throw new WaslError('unknown-key', { agency: issuer });
  const { always, claims } = await verifySdJwt(primitives, keys.signing, utf8(credential));
  const { aud, iat, request } = always;
  if (typeof iat !== 'number' || typeof request !== 'string') throw new WaslError('credential-invalid');
  // What a document says of its own time counts while nobody else can have its key; afterwards evidence alone dates it.
  const revoked = keys.revokedSinceMs !== undefined;
  const answering = { request: request as Digest, credential: credentialDigest(credential) };
  const atMs = revoked ? await answeredAt(answering) : Math.min(iat * 1000, now());
  if (atMs === undefined || periodOf(agency.history, kid, atMs) === undefined) {
    throw new WaslError(revoked ? 'signing-key-revoked' : 'unknown-key', { agency: issuer });
  }
  if (typeof aud !== 'string') throw new WaslError('credential-invalid');
  // What was given to one agency for one purpose is no other's to rely on.
  if (aud !== identity.agency && issuer !== identity.agency)
    throw new WaslError('document-not-yours', { agency: identity.agency, holder: aud });
  if (typeof always.exp !== 'number') throw new WaslError('credential-invalid');
  if (always.exp * 1000 <= now()) throw new WaslError('document-expired');
  return { issuer, document: claims, always, ...statusOf(issuer, always, lists, now()) };
};

const statusOf = (
  provider: string,
  always: JsonObject,
  lists: HeldLists,
  nowMs: number,
): Pick<Verified, 'status' | 'asOf' | 'reason'> => {
  const missing = { status: 'unknown', asOf: null, reason: reasonOf('status-list-missing', { provider }) } as const;
  const place = readStatusClaim(always);
  if (place === undefined) return missing;
  if (readStatusUri(place.uri)?.provider !== provider) throw new WaslError('credential-invalid');
  const token = lists.of(place.uri);
  if (token === undefined) return missing;
  const asOf = new Date(token.issuedAt * 1000).toISOString();
  let status: number | undefined;
  try {
    status = statusAt(inflateStatusList(zlib, token), place.index);
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return { status: 'unknown', asOf, reason: reasonOf(error.code, error.params) };
  }
  if (status === undefined) throw new WaslError('status-index-unknown', { provider });
  // What was revoked stays revoked: of that an old list is word enough.
  if (status !== 0) return { status: 'revoked', asOf, reason: reasonOf('document-revoked') };
  if (token.expiresAt * 1000 <= nowMs) {
    return { status: 'unknown', asOf, reason: reasonOf('status-list-stale', { provider }) };
  }
  return { status: 'valid', asOf };
};
