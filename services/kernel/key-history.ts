import { WaslError } from './codes.ts';
import { type Digest, digestOfText } from './digest.ts';
import { readFields } from './fields.ts';
import { type AgencyId, AUTHORITY, type Issuer, parseAgencyId, parseIssuer } from './ids.ts';
import { readJws, signJws } from './jws.ts';
import { verifyAgencyKeys } from './key-statements.ts';
import {
  type EcPublicJwk,
  type OkpPublicJwk,
  type Primitives,
  parseEcPublicJwk,
  parseOkpPublicJwk,
  type Signer,
  type Thumbprint,
  thumbprint,
} from './keys.ts';
import { DIGEST, THUMBPRINT, TYP } from './statements.ts';

/** What an agency signs with, and what is sealed to it. */
export interface KeyPair {
  readonly signing: EcPublicJwk;
  readonly encryption: OkpPublicJwk;
}

/** New keys that the present ones name by themselves wait so long: meanwhile the recovery key may put others in their place. */
export const ROLLOVER_WAITS_MS = 24 * 3_600_000;
/** Former keys count so long after their successors do: what was signed or sealed with them is still on its way. */
const OVERLAP_MS = 10 * 60_000;
/** The copies of two readers may be so far apart. */
const APART_MS = 2 * 60_000;

/** An agency's next keys. `sequence` counts from 1; `previous` is the digest of the statement before, of `keys` for the first. */
export interface Rollover extends KeyPair {
  readonly agency: AgencyId;
  readonly sequence: number;
  readonly previous: Digest;
  readonly timeMs: number;
}

/** `by` the recovery key the new keys count at once, by the present signing key after `ROLLOVER_WAITS_MS`. */
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

/** Reads a rollover without verifying it; `root` where the recovery key says that it signed. */
export const readRollover = (jws: string): Rollover & { readonly root?: EcPublicJwk } => {
  const f = readFields(readJws(jws, TYP.keyRollover).payload, 'rollover');
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
  return rollover;
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

/** Keys, and when they count. */
export interface KeyPeriod extends KeyPair {
  readonly fromMs: number;
  /** When their successors count; absent of the last. */
  readonly untilMs?: number;
  /** From when on the signing key counts for nothing. */
  readonly revokedSinceMs?: number;
}

/** All keys that an agency ever had, oldest first; the last may still have to wait. */
export interface KeyHistory {
  readonly agency: AgencyId;
  readonly recovery: Thumbprint;
  readonly periods: readonly [KeyPeriod, ...KeyPeriod[]];
  /** Digests of the rollovers, in order; of those that count for nothing too. */
  readonly rollovers: readonly Digest[];
  /** Those that name no keys: by a key that was revoked, or was not the present one, or while other keys waited. */
  readonly idle: readonly Digest[];
  readonly revoked: ReadonlyMap<Thumbprint, number>;
}

/** The signed texts of an agency's keys, as its record holds them. */
export interface KeyTexts {
  readonly keys: string;
  readonly rollovers?: readonly string[] | undefined;
  readonly revocations?: readonly string[] | undefined;
}

/**
 * Verifies the chain of an agency's keys. A rollover by the recovery key counts from its time and puts what waits aside: so a rollover is vetoed. One
 * by the present signing key counts after `ROLLOVER_WAITS_MS`, and not at all once that key is revoked for the time in which it would. A
 * revocation by anybody but the recovery key and the authority's root is nobody's. Errors: `signature-invalid`, `pin-mismatch`,
 * `key-statement-misplaced`, `malformed-message`, `wrong-type`.
 */
export const verifyKeyHistory = async (
  primitives: Primitives,
  { keys, rollovers = [], revocations = [] }: KeyTexts,
  authority: Thumbprint,
): Promise<KeyHistory> => {
  const first = await verifyAgencyKeys(primitives, keys);
  const { agency, recovery } = first;
  const revoked = new Map<Thumbprint, number>();
  for (const text of revocations) {
    const revocation = await verifyKeyRevocation(primitives, text, { agency, recovery, authority }).catch(nobodys);
    if (revocation === undefined) continue;
    const { key, sinceMs } = revocation;
    revoked.set(key, Math.min(sinceMs, revoked.get(key) ?? Number.POSITIVE_INFINITY));
  }
  const named = new Map([[thumbprint(first.signing), first.signing]]);
  const digests: Digest[] = [];
  const idle: Digest[] = [];
  let periods: KeyPeriod[] = [{ signing: first.signing, encryption: first.encryption, fromMs: 0 }];
  let previous = digestOfText(keys);
  let lastMs = 0;
  for (const [at, text] of rollovers.entries()) {
    const { root, signing, encryption, ...said } = readRollover(text);
    const { timeMs } = said;
    const next = said.agency === agency && said.sequence === at + 1 && said.previous === previous && timeMs >= lastMs;
    if (!next) throw new WaslError('key-statement-misplaced', { agency });
    const read = readJws(text, TYP.keyRollover);
    if (root !== undefined && thumbprint(root) !== recovery) throw new WaslError('pin-mismatch');
    const by = root ?? named.get(read.kid);
    if (by === undefined) throw new WaslError('signature-invalid');
    await read.verify(primitives, by);
    previous = digestOfText(text);
    lastMs = timeMs;
    digests.push(previous);
    named.set(thumbprint(signing), signing);
    const fromMs = root === undefined ? timeMs + ROLLOVER_WAITS_MS : timeMs;
    const present = periods.findLast((period) => period.fromMs <= timeMs);
    const counts =
      root !== undefined ||
      (present === periods.at(-1) &&
        present !== undefined &&
        thumbprint(present.signing) === read.kid &&
        (revoked.get(read.kid) ?? Number.POSITIVE_INFINITY) > fromMs);
    if (counts) periods = [...periods.filter((period) => period.fromMs < fromMs), { signing, encryption, fromMs }];
    else idle.push(previous);
  }
  const dated = periods.map((period, at): KeyPeriod => {
    const untilMs = periods[at + 1]?.fromMs;
    const revokedSinceMs = revoked.get(thumbprint(period.signing));
    return {
      ...period,
      ...(untilMs === undefined ? {} : { untilMs }),
      ...(revokedSinceMs === undefined ? {} : { revokedSinceMs }),
    };
  });
  return { agency, recovery, periods: dated as unknown as KeyHistory['periods'], rollovers: digests, idle, revoked };
};

const nobodys = (error: unknown): undefined => {
  if (!(error instanceof WaslError)) throw error;
};

/** The keys of a time, revoked or not. */
export const keysAt = ({ periods }: KeyHistory, timeMs: number): KeyPeriod =>
  periods.findLast(({ fromMs }) => fromMs <= timeMs) ?? periods[0];

/** The keys whose signing key this is, if what it signs now counts: the present ones, those just before, and those about to be. */
export const liveKeys = ({ periods }: KeyHistory, kid: Thumbprint, nowMs: number): KeyPair | undefined =>
  periods.find(
    ({ signing, fromMs, untilMs = Number.POSITIVE_INFINITY, revokedSinceMs }) =>
      thumbprint(signing) === kid &&
      revokedSinceMs === undefined &&
      fromMs - APART_MS <= nowMs &&
      nowMs < untilMs + OVERLAP_MS,
  );

/** The signing key of that thumbprint that the agency has or had, unless it was revoked: what it certified stands after it was rotated away. */
export const keptKey = ({ periods }: KeyHistory, kid: Thumbprint, nowMs: number): EcPublicJwk | undefined =>
  periods.find(
    ({ signing, fromMs, revokedSinceMs }) =>
      thumbprint(signing) === kid && revokedSinceMs === undefined && fromMs - APART_MS <= nowMs,
  )?.signing;

/** The period in which a key signed something, that is dated by evidence and not by itself; undefined when it did not count at that time. */
export const periodOf = ({ periods }: KeyHistory, kid: Thumbprint, atMs: number): KeyPeriod | undefined =>
  periods.find(
    ({ signing, fromMs, untilMs = Number.POSITIVE_INFINITY, revokedSinceMs = Number.POSITIVE_INFINITY }) =>
      thumbprint(signing) === kid && fromMs - APART_MS <= atMs && atMs < untilMs + OVERLAP_MS && atMs < revokedSinceMs,
  );

/** Whether a history goes on from what was seen of it: no rollover other than before, and nothing revoked that is not. */
export const followsHistory = (next: KeyHistory, seen: Pick<KeyHistory, 'rollovers' | 'revoked'>): boolean =>
  seen.rollovers.every((digest, at) => next.rollovers[at] === digest) &&
  [...seen.revoked].every(([key, sinceMs]) => (next.revoked.get(key) ?? Number.POSITIVE_INFINITY) <= sinceMs);
