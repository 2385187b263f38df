import { CODES, type Code, type NextMove, type Params } from './codes.ts';
import type { RegistryCopy } from './copy.ts';
import { type Ask, decide, knownIn, type StandingAgreement } from './decide.ts';
import { AUTHORITY } from './ids.ts';

/** Whether an ask would be allowed, and if not, why, and who must do what: the code's sentence says the last in both languages. */
export type Explanation =
  | { readonly may: true; readonly agreement: StandingAgreement }
  | {
      readonly may: false;
      readonly code: Code;
      readonly params: Params;
      readonly nextMove: NextMove;
      /** Agencies, or `authority`, that can do something about it. */
      readonly waitsFor: readonly string[];
      /** The one that says so, where there is one. */
      readonly agreement?: StandingAgreement;
    };

/** What is asked; all that the agreement opens, unless claims are named. */
export type Asked = Omit<Ask, 'claims'> & { readonly claims?: readonly string[] };

/** Decides as gateways and kits do, from the same copy with the same function; quotas are counted elsewhere. */
export const explain = async (asked: Asked, copy: RegistryCopy, nowMs: number): Promise<Explanation> => {
  const between = await copy.between(asked);
  const standing = { knows: knownIn(copy, asked.provider), usedToday: () => 0, nowMs };
  const all = between.flatMap(({ terms }) => terms.claims);
  // Each agreement alone opens only its own claims: the ask that names none is for those of whichever allows it.
  for (const agreement of between) {
    const ask = { ...asked, claims: asked.claims ?? agreement.terms.claims };
    if (decide(ask, { ...standing, agreements: [agreement] }).kind === 'allowed') return { may: true, agreement };
  }
  const decision = decide({ ...asked, claims: asked.claims ?? all }, { ...standing, agreements: between });
  if (decision.kind === 'allowed') return { may: true, agreement: decision.agreement };
  const { code, params } = decision;
  const agreement = between.find(({ terms: { id } }) => id === params.agreement);
  return {
    may: false,
    code,
    params,
    nextMove: CODES[code].nextMove,
    waitsFor: waitsFor(code, asked, agreement),
    ...(agreement === undefined ? {} : { agreement }),
  };
};

const waitsFor = (code: Code, { requester, provider }: Asked, agreement?: StandingAgreement): readonly string[] => {
  switch (code) {
    case 'agreement-not-accepted':
      return [provider];
    case 'agreement-not-approved':
      return [AUTHORITY];
    case 'agreement-suspended':
      return agreement?.suspendedBy ?? [];
    case 'agreement-expired':
      return [requester, provider];
    default:
      return [requester];
  }
};
