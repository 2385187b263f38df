import { describe, expect, test } from 'vitest';
import {
  agreed,
  approver,
  civil,
  copyOf,
  health,
  type Officer,
  officer,
  root,
  SIGNED_MS,
  stepped,
  terms,
  thief,
  transport,
  withEntities,
} from '../../test/support/registry-world.ts';
import { accept, draft } from './agreement-record.ts';
import { signStep } from './agreement-steps.ts';
import { WaslError } from './codes.ts';
import type { StandingAgreement } from './decide.ts';
import { AUTHORITY } from './ids.ts';
import { signOfficerRevocation } from './officer.ts';
import type { EntityOf } from './registry.ts';

/** The agreement as a gateway's copy has it, in a world with these officers besides the usual; throws why it has none. */
const verify = async (
  agreement: EntityOf<'agreement'>,
  ...officers: readonly Officer[]
): Promise<StandingAgreement> => {
  const copy = await copyOf(withEntities(agreement, ...officers.map(({ entity }) => entity)));
  const found = (await copy.agreements()).find(({ terms: { id } }) => id === agreement.id);
  if (found === undefined) throw new WaslError(copy.problems[0]?.code ?? 'internal');
  return found;
};
const refusal = (of: Promise<unknown>) =>
  of.then(
    () => 'taken',
    (error) => error.code,
  );
const approved = await agreed(terms());
const revoked = async (of: Officer, by = transport.signer, sinceMs = SIGNED_MS): Promise<Officer> => {
  const revocation = await signOfficerRevocation(by, { issuer: of.issuer, officer: of.signer.thumbprint, sinceMs });
  return { ...of, entity: { ...of.entity, revocation } };
};

describe('an agreement', () => {
  test('is a draft by the requester, accepted by the provider, active by the authority', async () => {
    const drafted = await draft(transport.officer.signer, terms());
    expect(await verify(drafted)).toMatchObject({ status: 'drafted', terms: terms() });
    expect(await verify(await accept(civil.officer.signer, drafted))).toMatchObject({ status: 'accepted' });
    expect(await verify(approved)).toMatchObject({ status: 'active', suspendedBy: [] });
  });

  test('is suspended by each side alone, and active again once each has resumed', async () => {
    const one = await stepped(approved, transport.officer, 'suspended');
    const two = await stepped(one, approver, 'suspended');
    expect(await verify(two)).toMatchObject({ status: 'suspended', suspendedBy: ['transport', 'authority'] });
    const three = await stepped(two, transport.officer, 'resumed');
    expect(await verify(three)).toMatchObject({ status: 'suspended', suspendedBy: ['authority'] });
    expect(await verify(await stepped(three, approver, 'resumed'))).toMatchObject({ status: 'active' });
    expect(await verify(await stepped(three, civil.officer, 'terminated'))).toMatchObject({ status: 'terminated' });
  });

  test('stays what it was when a certificate ends after it was used', async () => {
    const brief = await officer(transport.id, transport.signer, { untilMs: SIGNED_MS + 1 });
    const held = await agreed(terms(), brief.signer);
    expect(await verify(held, brief)).toMatchObject({ status: 'active' });
  });

  test('stays what it was when an officer’s key is taken back from later on', async () => {
    const later = await revoked(transport.officer, transport.signer, SIGNED_MS + 1);
    expect(await verify(approved, later)).toMatchObject({ status: 'active' });
  });
});

describe('refuses', () => {
  const unlike = (changes: Parameters<typeof signStep>[3], signed = approved.signed, before = approved.steps) =>
    signStep(civil.officer.signer, signed, before, changes);
  const said = { issuer: civil.id, step: 'suspended', timeMs: SIGNED_MS } as const;

  test.each<[string, string, () => Promise<unknown>]>([
    ['a step out of order', 'step-out-of-order', async () => verify(await stepped(approved, approver, 'approved'))],
    [
      'a resumption by whoever did not suspend',
      'step-not-yours',
      async () =>
        verify(await stepped(await stepped(approved, civil.officer, 'suspended'), transport.officer, 'resumed')),
    ],
    [
      'an approval by a party',
      'step-not-yours',
      async () => {
        const accepted = await accept(civil.officer.signer, await draft(transport.officer.signer, terms()));
        return verify(await stepped(accepted, civil.officer, 'approved'));
      },
    ],
    [
      'a step by an agency that is no party',
      'step-not-yours',
      async () => verify(await stepped(approved, health.officer, 'suspended')),
    ],
    [
      'a step left out',
      'step-out-of-order',
      async () => {
        const more = await stepped(await stepped(approved, civil.officer, 'suspended'), civil.officer, 'resumed');
        return verify({ ...more, steps: more.steps.filter((_, at) => at !== 1) });
      },
    ],
    [
      'a step that follows another',
      'step-out-of-order',
      async () => {
        const [one, other] = [
          await stepped(approved, civil.officer, 'suspended'),
          await stepped(approved, civil.officer, 'suspended'),
        ];
        const resumed = await unlike({ ...said, step: 'resumed' }, other.signed, other.steps);
        return verify({ ...one, steps: [...one.steps, resumed] });
      },
    ],
    [
      'a step that is dated before the last',
      'step-back-in-time',
      async () => verify(await stepped(approved, civil.officer, 'suspended', SIGNED_MS - 1)),
    ],
    [
      'a step over another text',
      'step-over-other-text',
      async () => {
        const other = await agreed(terms({ claims: ['everything'] }));
        return verify({ ...approved, steps: [...approved.steps, await unlike(said, other.signed)] });
      },
    ],
    [
      'an approval of other signatures',
      'step-out-of-order',
      async () => {
        const again = await accept(civil.officer.signer, { ...approved, steps: [] });
        return verify({ ...again, steps: approved.steps });
      },
    ],
    [
      'a text that was altered after the requester signed',
      'signature-invalid',
      async () => {
        const other = await draft(transport.officer.signer, terms({ quotaPerDay: 1_000_000 }));
        return verify({ ...approved, signed: { ...approved.signed, requester: other.signed.requester } });
      },
    ],
    ['a key that nobody certified', 'officer-not-certified', async () => verify(await agreed(terms(), thief.signing))],
    [
      'a certificate for something else',
      'officer-not-certified',
      async () => {
        const other = await officer(transport.id, transport.signer, { role: 'conformance' });
        return verify(await agreed(terms(), other.signer), other);
      },
    ],
    [
      'one agency’s officer in another’s name',
      'officer-not-certified',
      async () => verify(await agreed(terms(), civil.officer.signer, transport.officer.signer)),
    ],
    [
      'a certificate that ended before',
      'officer-expired',
      async () => {
        const late = await officer(transport.id, transport.signer, { untilMs: SIGNED_MS });
        return verify(await agreed(terms(), late.signer), late);
      },
    ],
    [
      'a step by a certificate that has not begun',
      'officer-expired',
      async () => {
        const early = await officer(AUTHORITY, root, { fromMs: SIGNED_MS + 1 });
        return verify(await agreed(terms(), undefined, undefined, early.signer), early);
      },
    ],
    [
      'a key taken back before it was approved',
      'officer-revoked',
      async () => verify(approved, await revoked(transport.officer)),
    ],
    [
      'a draft by a key that was taken back',
      'officer-revoked',
      async () => {
        const drafted = await draft(transport.officer.signer, terms());
        return verify(drafted, await revoked(transport.officer, transport.signer, SIGNED_MS + 50));
      },
    ],
    [
      'a step by a key that was taken back',
      'officer-revoked',
      async () => {
        const suspended = await stepped(approved, transport.officer, 'suspended', SIGNED_MS + 5);
        const later = await revoked(transport.officer, transport.signer, SIGNED_MS + 5);
        return verify(suspended, later);
      },
    ],
    [
      'one person with two keys, for both agencies',
      'same-person-twice',
      async () => {
        const same = await officer(civil.id, civil.signer, { person: 'transport:1' });
        return verify(await agreed(terms(), undefined, same.signer), same);
      },
    ],
    [
      'one key for both agencies, whatever each calls its holder',
      'same-person-twice',
      async () => {
        const same = await officer(civil.id, civil.signer, {}, transport.officer.signer);
        return verify(await agreed(terms(), undefined, same.signer), same);
      },
    ],
    [
      'an approval by the person who drafted',
      'same-person-twice',
      async () => {
        const same = await officer(AUTHORITY, root, { person: 'transport:1' });
        return verify(await agreed(terms(), undefined, undefined, same.signer), same);
      },
    ],
    [
      'an acceptance by the person who drafted, before any approval',
      'same-person-twice',
      async () => {
        const same = await officer(civil.id, civil.signer, { person: 'transport:1' });
        return verify(await accept(same.signer, await draft(transport.officer.signer, terms())), same);
      },
    ],
  ])('%s: %s', async (_, code, attempt) => expect(await refusal(attempt())).toBe(code));
});
