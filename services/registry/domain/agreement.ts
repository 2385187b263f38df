import { agreementDigest, readAgreement } from '../../kernel/agreement.ts';
import { followsAgreement, verifyActs } from '../../kernel/agreement-acts.ts';
import { parseStep } from '../../kernel/agreement-steps.ts';
import { unlessRefused, WaslError } from '../../kernel/codes.ts';
import { newCopyMemory } from '../../kernel/copy.ts';
import { officersIn } from '../../kernel/copy-officers.ts';
import { readJws } from '../../kernel/jws.ts';
import type { Primitives } from '../../kernel/keys.ts';
import { mustBeFinished } from '../../kernel/placeholders.ts';
import type { EntityOf } from '../../kernel/registry.ts';
import { TYP } from '../../kernel/statements.ts';
import { agencyIn, heldFor, rootIn, type Standing } from './standing.ts';

/** How far a step's time may lie from the registry's clock: within it an officer whose key was taken back cannot date a step to before. */
const CLOCK_MS = 5 * 60_000;

/**
 * Whether the officers' signatures make a life cycle, and one that goes on from what stands. Every reader verifies the same for itself; this
 * tells the officer at once. New signatures are held to the clock, unless they may be of any time. Errors: those of
 * `verifyActs`, and `agreement-unfinished`, `step-untimely`, `unknown-agency`, `entity-outdated`.
 */
export const checkAgreement = async (
  primitives: Primitives,
  standing: Standing,
  next: EntityOf<'agreement'>,
  nowMs: number,
  anyTime = false,
): Promise<void> => {
  const terms = readAgreement(next.signed);
  const { requester, provider, version, id } = terms;
  const before = heldFor(standing, next);
  const sameText = before !== undefined && agreementDigest(before.signed) === agreementDigest(next.signed);
  // What stands already goes on: only new terms are looked at.
  if (!sameText) mustBeFinished(terms);
  const parties = await Promise.all(
    [requester, provider].map((agency) => agencyIn(primitives, standing, agency, nowMs)),
  );
  const find = officersIn({ authority: rootIn(standing) }, newCopyMemory(primitives), {
    agency: (agency) => parties.find(({ id: party }) => party === agency),
    officer: (key) => {
      const entity = standing.get(key);
      return entity?.kind === 'officer' ? entity : undefined;
    },
  });
  const acted = await verifyActs(primitives, find, next.signed, next.steps, anyTime ? undefined : nowMs);
  const kept = sameText ? before.steps.length : 0;
  for (const text of anyTime ? [] : next.steps.slice(kept)) {
    const { timeMs, step, issuer } = parseStep(readJws(text, TYP.agreementStep).payload);
    if (Math.abs(timeMs - nowMs) > CLOCK_MS) throw new WaslError('step-untimely', { agreement: id, step, issuer });
  }
  if (before === undefined) return;
  // What counts for nobody any more is held to less.
  const was = await verifyActs(primitives, find, before.signed, before.steps).catch(unlessRefused);
  if (was === undefined) {
    // Its signers may be the very ones who made it count for nothing: what others signed upon it is not dropped with it.
    const goesOn = sameText && before.steps.every((text, at) => next.steps[at] === text);
    const bound = before.signed.provider !== undefined;
    if (bound && !goesOn && version <= readAgreement(before.signed).version) {
      throw new WaslError('entity-outdated', { entity: `agreement/${id}` });
    }
    return;
  }
  if (version < was.terms.version) throw new WaslError('entity-outdated', { entity: `agreement/${id}` });
  const inForce = was.status === 'active' || was.status === 'suspended';
  // A new version that not everybody has signed must not put an end to what everybody has.
  const ends = inForce && (acted.status === 'drafted' || acted.status === 'accepted');
  if (ends || !followsAgreement(acted, was)) {
    throw new WaslError('step-out-of-order', { agreement: id, step: acted.status, issuer: requester });
  }
};
