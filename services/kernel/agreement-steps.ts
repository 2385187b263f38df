import { agreementDigest, type Bilingual, readBilingual, type SignedAgreement } from './agreement.ts';
import { STEPS, type Step } from './agreement-state.ts';
import { type Digest, digestOfText } from './digest.ts';
import { readFields } from './fields.ts';
import { type Issuer, parseIssuer } from './ids.ts';
import { signJws } from './jws.ts';
import type { Signer } from './keys.ts';
import { DIGEST, TYP } from './statements.ts';
import type { JsonObject } from './strict-json.ts';

/** One officer's signed word about an agreement that both parties have signed. Each names the one before it, so none is lost unseen. */
export interface AgreementStep {
  readonly issuer: Issuer;
  /** Of the terms, as `agreementDigest`. */
  readonly agreement: Digest;
  readonly step: Step;
  /** 1 for the first. */
  readonly sequence: number;
  /** Of the step before; of both signatures for the first. */
  readonly previous: Digest;
  readonly timeMs: number;
  readonly reason?: Bilingual;
}

/** Digest over what both parties signed with: the place where an agreement's steps begin. */
export const signaturesDigest = ({ requester, provider = '' }: SignedAgreement): Digest =>
  digestOfText(`${requester}\n${provider}`);

export const stepDigest = (jws: string): Digest => digestOfText(jws);

/** Signs the step that follows those given. */
export const signStep = (
  officer: Signer,
  signed: SignedAgreement,
  steps: readonly string[],
  said: Pick<AgreementStep, 'issuer' | 'step' | 'timeMs' | 'reason'>,
): Promise<string> => {
  const last = steps.at(-1);
  const reason = said.reason === undefined ? {} : { reason: { en: said.reason.en, ar: said.reason.ar } };
  return signJws(officer, TYP.agreementStep, {
    iss: said.issuer,
    aud: 'wasl',
    agreement: agreementDigest(signed),
    step: said.step,
    sequence: steps.length + 1,
    previous: last === undefined ? signaturesDigest(signed) : stepDigest(last),
    timeMs: said.timeMs,
    ...reason,
  });
};

export const parseStep = (payload: JsonObject): AgreementStep => {
  const f = readFields(payload, 'step');
  f.oneOf('aud', ['wasl']);
  const reason = f.optionalObject('reason');
  const step: AgreementStep = {
    issuer: parseIssuer(f.text('iss')),
    agreement: f.text('agreement', DIGEST) as Digest,
    step: f.oneOf('step', STEPS),
    sequence: f.count('sequence'),
    previous: f.text('previous', DIGEST) as Digest,
    timeMs: f.count('timeMs'),
    ...(reason === undefined ? {} : { reason: readBilingual(reason, 'step.reason') }),
  };
  f.done();
  return step;
};
