import { describe, expect, test } from 'vitest';
import { type AgreementState, advance, type Side, STEPS, stateOfSigned } from './agreement-state.ts';

const SIDES: readonly Side[] = ['requester', 'provider', 'authority'];
const drafted = stateOfSigned(false);
const accepted = stateOfSigned(true);
const active: AgreementState = { status: 'active', suspendedBy: [] };
const terminated: AgreementState = { status: 'terminated', suspendedBy: [] };
const suspended = (...suspendedBy: Side[]): AgreementState => ({ status: 'suspended', suspendedBy });

/** Every set of sides that suspend, but none. */
const SUSPENDED = [1, 2, 3, 4, 5, 6, 7].map((bits) => suspended(...SIDES.filter((_, at) => (bits >> at) & 1)));
const STATES = [drafted, accepted, active, ...SUSPENDED, terminated];
const name = ({ status, suspendedBy }: AgreementState): string => [status, ...suspendedBy].join(' ');

/** What the life cycle is, said another way: by what each step needs and leaves. */
const expected = (state: AgreementState, step: (typeof STEPS)[number], by: Side): AgreementState | string => {
  if (state === drafted || state === terminated) return 'step-out-of-order';
  if (step === 'terminated') return terminated;
  if (step === 'approved') {
    if (by !== 'authority') return 'step-not-yours';
    return state === accepted ? active : 'step-out-of-order';
  }
  if (state === accepted) return 'step-out-of-order';
  const now = new Set(state.suspendedBy);
  if (step === 'suspended') {
    if (now.has(by)) return 'step-out-of-order';
    return suspended(...state.suspendedBy, by);
  }
  if (now.size === 0) return 'step-out-of-order';
  if (!now.delete(by)) return 'step-not-yours';
  return now.size === 0 ? active : suspended(...now);
};

describe('from every state, every step by every side', () => {
  test.each(
    STATES.flatMap((state) => STEPS.flatMap((step) => SIDES.map((by) => [name(state), step, by, state] as const))),
  )('%s: %s by the %s', (_, step, by, state) => expect(advance(state, step, by)).toEqual(expected(state, step, by)));

  test('nothing leads back to life from the end, and nothing but its own side lifts a suspension', () => {
    for (const step of STEPS) for (const by of SIDES) expect(advance(terminated, step, by)).toBe('step-out-of-order');
    for (const state of SUSPENDED) {
      for (const by of SIDES) {
        const next = advance(state, 'resumed', by);
        if (typeof next === 'string') continue;
        expect(next.suspendedBy).toEqual(state.suspendedBy.filter((side) => side !== by));
      }
    }
  });
});
