import { type Agreement, agreementDigest, readAgreement, type SignedAgreement } from './agreement.ts';
import { type AgreementState, advance, type Side, stateOfSigned } from './agreement-state.ts';
import { parseStep, signaturesDigest, stepDigest } from './agreement-steps.ts';
import { WaslError } from './codes.ts';
import type { Digest } from './digest.ts';
import { AUTHORITY, type Issuer } from './ids.ts';
import { readJws, withPayloadOf } from './jws.ts';
import { type Primitives, type Thumbprint, thumbprint } from './keys.ts';
import { AGREEMENTS, type OfficerCertificate } from './officer.ts';
import { TYP } from './statements.ts';

/** An officer as whoever verifies knows them. */
export type Officer = OfficerCertificate & {
  /** From when on the key is not the officer's word any more. */
  readonly revokedSinceMs?: number;
};

/** Finds the officers certified under a key by an issuer. MUST give only what it has verified by that issuer's own key. */
export type FindOfficers = (issuer: Issuer, key: Thumbprint) => Promise<readonly Officer[]>;

/** An agreement as the signed texts say it, the same for everybody who knows the issuers' keys. */
export interface ActedAgreement extends AgreementState {
  readonly terms: Agreement;
  readonly digest: Digest;
  /** Of every step, in order. */
  readonly steps: readonly Digest[];
}

/**
 * Verifies who signed and who stepped, and says where the agreement stands. What an officer signs counts while their certificate does; the two
 * signatures of the terms, which tell no time, count as of the approval; before that of `undatedMs`, or of no time in particular. One bad step spoils the whole: nobody knows what was meant.
 * Errors: `officer-not-certified`, `officer-expired`, `officer-revoked`, `same-person-twice`, `step-out-of-order`, `step-not-yours`,
 * `step-over-other-text`, `step-back-in-time`, `signature-invalid`, `malformed-message`, `wrong-type`.
 */
export const verifyActs = async (
  primitives: Primitives,
  find: FindOfficers,
  signed: SignedAgreement,
  steps: readonly string[],
  undatedMs?: number,
): Promise<ActedAgreement> => {
  const terms = readAgreement(signed);
  const digest = agreementDigest(signed);
  const acting = async (jws: string, typ: string, issuer: Issuer): Promise<readonly Officer[]> => {
    const read = readJws(jws, typ);
    const officers = (await find(issuer, read.kid)).filter(({ role }) => role === AGREEMENTS);
    const key = officers[0]?.key;
    if (key === undefined) throw new WaslError('officer-not-certified', { issuer });
    await read.verify(primitives, key);
    return officers;
  };

  const signers = [await acting(signed.requester, TYP.agreement, terms.requester)];
  if (signed.provider !== undefined) {
    const accepted = withPayloadOf(signed.provider, signed.requester);
    signers.push(await acting(accepted, TYP.agreement, terms.provider));
  }
  let state = stateOfSigned(signed.provider !== undefined);
  let previous = signaturesDigest(signed);
  let lastMs = 0;
  let approval: { readonly officer: Officer; readonly timeMs: number } | undefined;
  const digests: Digest[] = [];
  for (const [index, text] of steps.entries()) {
    const step = parseStep(readJws(text, TYP.agreementStep).payload);
    const { issuer, timeMs } = step;
    const at = { agreement: terms.id, step: step.step, issuer };
    if (step.agreement !== digest) throw new WaslError('step-over-other-text', at);
    const side = sideOf(terms, issuer);
    if (side === undefined) throw new WaslError('step-not-yours', at);
    if (step.sequence !== index + 1 || step.previous !== previous) throw new WaslError('step-out-of-order', at);
    if (timeMs < lastMs) throw new WaslError('step-back-in-time', at);
    const officer = countingAt(await acting(text, TYP.agreementStep, issuer), timeMs);
    const next = advance(state, step.step, side);
    if (typeof next === 'string') throw new WaslError(next, at);
    if (step.step === 'approved') approval = { officer, timeMs };
    state = next;
    previous = stepDigest(text);
    lastMs = timeMs;
    digests.push(previous);
  }
  // Until the authority approves them the signatures have no time: under a key that was ever taken back they count for nothing.
  const parties = signers.map((officers) => countingAt(officers, approval?.timeMs ?? undatedMs));
  fourEyes(approval === undefined ? parties : [...parties, approval.officer]);
  return { terms, digest, steps: digests, ...state };
};

const sideOf = (terms: Agreement, issuer: Issuer): Side | undefined => {
  if (issuer === terms.requester) return 'requester';
  if (issuer === terms.provider) return 'provider';
  return issuer === AUTHORITY ? 'authority' : undefined;
};

/** The certificate under which an officer's signature of that time counts; of no time, any that was not taken back. */
const countingAt = (officers: readonly Officer[], timeMs: number | undefined): Officer => {
  const inTime = officers.filter(
    ({ fromMs, untilMs }) => timeMs === undefined || (fromMs <= timeMs && timeMs < untilMs),
  );
  const one = officers[0];
  const of = { person: one?.person ?? '-', issuer: one?.issuer ?? '-' };
  if (inTime.length === 0) throw new WaslError('officer-expired', of);
  const counting = inTime.find(
    ({ revokedSinceMs }) => revokedSinceMs === undefined || (timeMs ?? Infinity) < revokedSinceMs,
  );
  if (counting === undefined) throw new WaslError('officer-revoked', of);
  return counting;
};

/** Persons, whatever keys they hold; and one key is one person's, whatever two issuers call whoever holds it. */
const fourEyes = (officers: readonly Officer[]): void => {
  for (const of of [({ person }: Officer) => person, ({ key }: Officer) => thumbprint(key)]) {
    const names = officers.map(of);
    const twice = officers.find((_, index) => names.indexOf(names[index] as string) !== index);
    if (twice !== undefined) throw new WaslError('same-person-twice', { person: twice.person });
  }
};

/** What of an agreement was seen before, to hold what comes after it to. */
export type Seen = Pick<ActedAgreement, 'digest' | 'status' | 'steps'> & { readonly terms: Pick<Agreement, 'version'> };

/** Whether an agreement may come after what was seen of it: a greater version, or the same text with at least the same signatures and steps. */
export const followsAgreement = (next: Seen, seen: Seen): boolean => {
  if (next.terms.version !== seen.terms.version) return next.terms.version > seen.terms.version;
  // A draft binds nobody yet.
  if (seen.status === 'drafted') return true;
  return (
    next.digest === seen.digest && next.status !== 'drafted' && seen.steps.every((step, at) => next.steps[at] === step)
  );
};
