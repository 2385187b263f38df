import { unlessRefused, WaslError } from './codes.ts';
import { type Digest, digestOfText } from './digest.ts';
import type { AgencyId } from './ids.ts';
import { type Revokers, readRollover, verifyKeyRevocation } from './key-changes.ts';
import { type KeyPair, verifyAgencyKeys } from './key-statements.ts';
import { type EcPublicJwk, type Primitives, type Thumbprint, thumbprint } from './keys.ts';

/** New keys that the present ones name by themselves wait so long: meanwhile the recovery key may put others in their place. */
export const ROLLOVER_WAITS_MS = 24 * 3_600_000;
/** Former keys count so long after their successors do: what was signed or sealed with them is still on its way. */
const OVERLAP_MS = 10 * 60_000;
/** The copies of two readers may be so far apart. */
const APART_MS = 2 * 60_000;

/** Keys, and when they count. */
export interface KeyPeriod extends KeyPair {
  readonly fromMs: number;
  /** When their successors count; absent of the last. */
  readonly untilMs?: number;
  /** From when on the signing key counts for nothing. */
  readonly revokedSinceMs?: number;
}

/** A signing key, whether or not it still counts. */
export interface StoppingKey {
  readonly signing: EcPublicJwk;
  readonly revokedSinceMs?: number;
}

/** A rollover in its place of the chain. */
export interface ChainedRollover {
  readonly digest: Digest;
  /** The signing key that signed it; absent of the recovery key's. */
  readonly by?: Thumbprint;
  readonly names: Thumbprint;
  /** When what it names counts. Absent of one that names nothing: by a key that was revoked, or was not the present one, or while other keys waited. */
  readonly fromMs?: number;
}

/** All keys that an agency ever had, oldest first; the last may still have to wait. */
export interface KeyHistory {
  readonly agency: AgencyId;
  readonly recovery: Thumbprint;
  readonly periods: readonly [KeyPeriod, ...KeyPeriod[]];
  readonly rollovers: readonly ChainedRollover[];
  readonly revoked: ReadonlyMap<Thumbprint, number>;
  /** Keys that counted until the revocation of the one that named them undid it, for what they stopped. */
  readonly undone: ReadonlyMap<Thumbprint, StoppingKey>;
}

/** The signed texts of an agency's keys, as its record holds them. */
export interface KeyTexts {
  readonly keys: string;
  readonly rollovers?: readonly string[] | undefined;
  readonly revocations?: readonly string[] | undefined;
}

/**
 * Verifies the chain of an agency's keys. A rollover by the recovery key counts from its time and puts what waits aside, however far ahead that is dated: so a rollover is vetoed. One
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
  const revoked = await revokedBy(primitives, revocations, { agency, recovery, authority });
  const named = new Map([[thumbprint(first.signing), first.signing]]);
  const chain: ChainedRollover[] = [];
  const undone = new Map<Thumbprint, StoppingKey>();
  let periods: KeyPeriod[] = [{ signing: first.signing, encryption: first.encryption, fromMs: 0 }];
  let previous = digestOfText(keys);
  let lastMs = 0;
  let recoveredMs = 0;
  for (const [at, text] of rollovers.entries()) {
    const { root, kid, signing, encryption, timeMs, verify, ...said } = readRollover(text);
    // What a signing key dates ahead, and whatever counts for nothing, keeps nobody waiting.
    const earliestMs = root === undefined ? lastMs : recoveredMs;
    const next =
      said.agency === agency && said.sequence === at + 1 && said.previous === previous && timeMs >= earliestMs;
    if (!next) throw new WaslError('key-statement-misplaced', { agency });
    if (root !== undefined && thumbprint(root) !== recovery) throw new WaslError('pin-mismatch');
    const by = root ?? named.get(kid);
    if (by === undefined) throw new WaslError('signature-invalid');
    await verify(primitives, by);
    previous = digestOfText(text);
    const names = thumbprint(signing);
    const link = { digest: previous, names, ...(root === undefined ? { by: kid } : {}) };
    named.set(names, signing);
    const fromMs = root === undefined ? timeMs + ROLLOVER_WAITS_MS : timeMs;
    const last = periods.at(-1);
    const counts =
      root !== undefined ||
      // The present key, while no other keys wait, and not revoked for the time in which its successors would count.
      (last !== undefined &&
        last.fromMs <= timeMs &&
        thumbprint(last.signing) === kid &&
        (revoked.get(kid) ?? Number.POSITIVE_INFINITY) > fromMs);
    if (!counts) {
      chain.push(link);
      const sinceMs = undone.get(kid)?.revokedSinceMs ?? revoked.get(kid);
      if (sinceMs !== undefined)
        undone.set(names, { signing, revokedSinceMs: Math.min(sinceMs, revoked.get(names) ?? sinceMs) });
      continue;
    }
    chain.push({ ...link, fromMs });
    periods = [...periods.filter((period) => period.fromMs < fromMs), { signing, encryption, fromMs }];
    lastMs = timeMs;
    if (root !== undefined) recoveredMs = timeMs;
  }
  const dated = datedBy(periods, revoked) as unknown as KeyHistory['periods'];
  return { agency, recovery, periods: dated, rollovers: chain, revoked, undone };
};

/** From when on each key counts for nothing. */
const revokedBy = async (
  primitives: Primitives,
  revocations: readonly string[],
  of: Revokers,
): Promise<ReadonlyMap<Thumbprint, number>> => {
  const revoked = new Map<Thumbprint, number>();
  for (const text of revocations) {
    const revocation = await verifyKeyRevocation(primitives, text, of).catch(unlessRefused);
    if (revocation === undefined) continue;
    const { key, sinceMs } = revocation;
    revoked.set(key, Math.min(sinceMs, revoked.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return revoked;
};

/** Each period with its end, and with the revocation of its key. */
const datedBy = (periods: readonly KeyPeriod[], revoked: ReadonlyMap<Thumbprint, number>): readonly KeyPeriod[] =>
  periods.map((period, at): KeyPeriod => {
    const untilMs = periods[at + 1]?.fromMs;
    const revokedSinceMs = revoked.get(thumbprint(period.signing));
    return {
      ...period,
      ...(untilMs === undefined ? {} : { untilMs }),
      ...(revokedSinceMs === undefined ? {} : { revokedSinceMs }),
    };
  });

/** The keys of a time, revoked or not. */
export const keysAt = ({ periods }: KeyHistory, timeMs: number): KeyPeriod =>
  periods.findLast(({ fromMs }) => fromMs <= timeMs) ?? periods[0];

/** Since when the keys count that followed the last that was revoked: what was asked for before may have been the thief's. 0 where none was; and while no other is named, when nothing counts. */
export const cleanSinceMs = ({ periods }: KeyHistory, nowMs: number): number => {
  const sofar = periods.filter(({ fromMs }) => fromMs <= nowMs);
  const last = sofar.findLastIndex(({ revokedSinceMs }) => revokedSinceMs !== undefined);
  return sofar[last + 1]?.fromMs ?? 0;
};

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

/** The signing key of that thumbprint that the agency has or had, and from when on it counts for nothing: what stops somebody goes on doing so. */
export const everKey = ({ periods, revoked, undone }: KeyHistory, kid: Thumbprint): StoppingKey | undefined => {
  const signing = periods.find((period) => thumbprint(period.signing) === kid)?.signing;
  const revokedSinceMs = revoked.get(kid);
  if (signing === undefined) return undone.get(kid);
  return { signing, ...(revokedSinceMs === undefined ? {} : { revokedSinceMs }) };
};

/**
 * From when on an officer is taken back by what such a key signed. When a key that was revoked did so nobody knows: by its word nothing falls that was
 * signed before the day of its own revocation, and whoever it took back does not return with its theft.
 */
export const takenBackFromMs = (sinceMs: number, by: StoppingKey | undefined): number =>
  Math.max(sinceMs, by?.revokedSinceMs ?? 0);

/** The period in which a key signed something, that is dated by evidence and not by itself; undefined when it did not count at that time. */
export const periodOf = ({ periods }: KeyHistory, kid: Thumbprint, atMs: number): KeyPeriod | undefined =>
  periods.find(
    ({ signing, fromMs, untilMs = Number.POSITIVE_INFINITY, revokedSinceMs = Number.POSITIVE_INFINITY }) =>
      thumbprint(signing) === kid && fromMs - APART_MS <= atMs && atMs < untilMs + OVERLAP_MS && atMs < revokedSinceMs,
  );

/**
 * Whether a history goes on from what was seen of it: no rollover other than before, and nothing revoked that is not. What names nothing, or does no more by what
 * is revoked since, may be missing: whoever stole the keys of the registry and the agency has put it there.
 */
export const followsHistory = (next: KeyHistory, seen: Pick<KeyHistory, 'rollovers' | 'revoked'>): boolean => {
  const nobodys = new Set<Thumbprint>();
  const sinceOf = (key: Thumbprint): number => next.revoked.get(key) ?? Number.POSITIVE_INFINITY;
  const names = ({ by, fromMs }: ChainedRollover): boolean =>
    fromMs !== undefined && (by === undefined || (!nobodys.has(by) && sinceOf(by) > fromMs));
  const stands = (rollover: ChainedRollover, at: number): boolean => {
    const mayGo = !names(rollover);
    if (mayGo) nobodys.add(rollover.names);
    else nobodys.delete(rollover.names);
    return mayGo || next.rollovers[at]?.digest === rollover.digest;
  };
  return seen.rollovers.every(stands) && [...seen.revoked].every(([key, sinceMs]) => sinceOf(key) <= sinceMs);
};
