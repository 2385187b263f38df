import type { Code } from './codes.ts';

/** For whom an officer acts on an agreement. */
export type Side = 'requester' | 'provider' | 'authority';
/** What an officer says about an agreement once both parties have signed it. */
export const STEPS = ['approved', 'suspended', 'resumed', 'terminated'] as const;
export type Step = (typeof STEPS)[number];

/**
 * `drafted`: the requester has signed. `accepted`: so has the provider. `active`: the authority has approved.
 * `suspended`: by each of `suspendedBy`, who alone lift what they laid. `terminated`: for good.
 * That its time has not come or is over follows from the terms and a clock, and is no state.
 */
export interface AgreementState {
  readonly status: 'drafted' | 'accepted' | 'active' | 'suspended' | 'terminated';
  readonly suspendedBy: readonly Side[];
}

/** What the two signatures make of an agreement, before any step. */
export const stateOfSigned = (accepted: boolean): AgreementState => ({
  status: accepted ? 'accepted' : 'drafted',
  suspendedBy: [],
});

const NOT_YOURS: Code = 'step-not-yours';
const OUT_OF_ORDER: Code = 'step-out-of-order';

/** The state after a step, or the code that says why there is no such step: the whole life cycle, and nothing else decides about it. */
export const advance = ({ status, suspendedBy }: AgreementState, step: Step, by: Side): AgreementState | Code => {
  if (status === 'drafted' || status === 'terminated') return OUT_OF_ORDER;
  switch (step) {
    case 'approved':
      if (by !== 'authority') return NOT_YOURS;
      return status === 'accepted' ? { status: 'active', suspendedBy } : OUT_OF_ORDER;
    case 'suspended':
      if (status === 'accepted' || suspendedBy.includes(by)) return OUT_OF_ORDER;
      return { status: 'suspended', suspendedBy: [...suspendedBy, by] };
    case 'resumed': {
      if (status !== 'suspended') return OUT_OF_ORDER;
      if (!suspendedBy.includes(by)) return NOT_YOURS;
      const still = suspendedBy.filter((side) => side !== by);
      return { status: still.length === 0 ? 'active' : 'suspended', suspendedBy: still };
    }
    case 'terminated':
      return { status: 'terminated', suspendedBy: [] };
  }
};
