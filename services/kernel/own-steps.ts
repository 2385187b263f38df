import { parseStep, stepDigest } from './agreement-steps.ts';
import { WaslError } from './codes.ts';
import type { StandingAgreement } from './decide.ts';
import type { Digest } from './digest.ts';
import type { AgencyId } from './ids.ts';
import { readJws } from './jws.ts';
import { type EcPublicJwk, type Primitives, thumbprint } from './keys.ts';
import { AGREEMENTS, verifyOfficer } from './officer.ts';
import { TYP } from './statements.ts';

/** An agency's own suspension or termination, or its end, in force at its own kits before the registry has it. */
export interface OwnStep {
  readonly step: 'suspended' | 'resumed' | 'terminated';
  readonly agreement: Digest;
  readonly digest: Digest;
  readonly previous: Digest;
}

/**
 * Verifies a step by an officer whom one of the agency's own keys certifies, present or former. Whether it fits the registry's steps is not asked: what stops data needs
 * nobody's leave. Errors: `officer-not-certified`, `officer-expired`, `step-not-yours`, `signature-invalid`, `malformed-message`, `wrong-type`.
 */
export const verifyOwnStep = async (
  primitives: Primitives,
  own: { readonly agency: AgencyId; readonly signing: readonly EcPublicJwk[] },
  text: string,
  certificate: string,
): Promise<OwnStep> => {
  const { kid } = readJws(certificate, TYP.officer);
  const key = own.signing.find((one) => thumbprint(one) === kid);
  if (key === undefined) throw new WaslError('signature-invalid');
  const officer = await verifyOfficer(primitives, key, certificate);
  if (officer.issuer !== own.agency || officer.role !== AGREEMENTS) {
    throw new WaslError('officer-not-certified', { issuer: own.agency });
  }
  const step = parseStep(await readJws(text, TYP.agreementStep).verify(primitives, officer.key));
  const { issuer, person, fromMs, untilMs } = officer;
  if (step.timeMs < fromMs || step.timeMs >= untilMs) throw new WaslError('officer-expired', { issuer, person });
  if (step.issuer !== own.agency || step.step === 'approved') {
    throw new WaslError('step-not-yours', { agreement: step.agreement, step: step.step, issuer: step.issuer });
  }
  return { step: step.step, agreement: step.agreement, digest: stepDigest(text), previous: step.previous };
};

/**
 * An agreement as its own party has it. A step that the registry's chain holds has gone into the chain, and the chain decides; until then it
 * stops the agreement, unless it suspends and a `resumed` names it as the step before.
 */
export const underOwnSteps = (
  agreement: StandingAgreement,
  agency: AgencyId,
  steps: readonly OwnStep[],
): StandingAgreement => {
  const about = steps.filter(({ agreement: digest }) => digest === agreement.digest);
  const lifted = new Set(about.filter(({ step }) => step === 'resumed').map(({ previous }) => previous));
  const stopping = about.filter(
    ({ step, digest }) =>
      (step === 'terminated' || (step === 'suspended' && !lifted.has(digest))) && !agreement.steps.includes(digest),
  );
  if (stopping.length === 0 || agreement.status === 'terminated') return agreement;
  if (stopping.some(({ step }) => step === 'terminated'))
    return { ...agreement, status: 'terminated', suspendedBy: [] };
  const suspendedBy = [...new Set([...agreement.suspendedBy, agency])];
  return { ...agreement, status: 'suspended', suspendedBy };
};
