import { describe, expect, test } from 'vitest';
import { held, newKeys, revoked, rolled } from '../../test/support/key-chain.ts';
import {
  agency,
  civil,
  copyOf,
  honest,
  idsOf,
  pins,
  publish,
  thief,
  withEntities,
} from '../../test/support/registry-world.ts';
import { primitives } from '../platform/crypto/index.ts';
import { buildCopy } from './copy.ts';
import { ROLLOVER_WAITS_MS } from './key-history.ts';
import { thumbprint } from './keys.ts';
import { signOfficerRevocation } from './officer.ts';
import type { EntityOf } from './registry.ts';

const HOUR_MS = 3_600_000;
const T = 100 * HOUR_MS;
const [next, other] = [newKeys(), newKeys()];

describe('a reader of the registry', () => {
  test('takes no keys that leave out what it has seen', async () => {
    const taken = await revoked(await rolled(held, civil.recovery, 'recovery', next.pair, 1), 2, civil.recovery);
    const before = await copyOf(withEntities(taken));
    expect(thumbprint(before.agency(civil.id)?.keys.signing as never)).toBe(next.kid);
    const later = (entity: EntityOf<'agency'>) => publish(withEntities(entity), { version: 8 });
    expect((await buildCopy(primitives, pins, await later(taken), before)).agency(civil.id)).toBeDefined();
    for (const less of [held, { ...taken, revocations: [] }, { ...taken, rollovers: [] }]) {
      const after = await buildCopy(primitives, pins, await later(less), before);
      expect(after.agency(civil.id)).toBeUndefined();
      expect(after.problems).toEqual([{ what: 'agency/civil-status', code: 'registry-rollback' }]);
    }
  });

  test('takes the clean chain again after one with a rollover that counts for nothing, once the key that signed it is revoked', async () => {
    const named = newKeys();
    const clean = await revoked(held, T, civil.recovery);
    const saved = await rolled(clean, civil.recovery, 'recovery', other.pair, T + 1);
    const waiting = await rolled(held, civil.signer, 'signing', next.pair, T);
    const goesOn = await rolled(waiting, next.signer, 'signing', named.pair, T + ROLLOVER_WAITS_MS + 1);
    const state = (version: number, entity: EntityOf<'agency'>) => publish(withEntities(entity), { version });
    // Of whoever has stolen the registry's key, and the agency's signing key before or after its revocation.
    for (const stolen of [waiting, goesOn, await rolled(clean, civil.signer, 'signing', next.pair, T + 1)]) {
      const during = await buildCopy(primitives, pins, await state(8, stolen), await copyOf(withEntities(held)));
      expect(during.problems).toEqual([]);
      for (const honestly of [clean, saved]) {
        const after = await buildCopy(primitives, pins, await state(9, honestly), during);
        expect(after.problems).toEqual([]);
        expect(after.agency(civil.id)?.history.rollovers.length).toBe(honestly.rollovers?.length ?? 0);
      }
    }
    // What may still count is not left out.
    const seen = await buildCopy(primitives, pins, await state(8, waiting), await copyOf(withEntities(held)));
    const late = await revoked(held, T + ROLLOVER_WAITS_MS + 1, civil.recovery);
    for (const less of [held, late]) {
      const after = await buildCopy(primitives, pins, await state(9, less), seen);
      expect(after.problems).toEqual([{ what: 'agency/civil-status', code: 'registry-rollback' }]);
    }
  });

  test('holds an agency to what it has seen of that agency alone, not of whoever showed keys or revocations of his own under its name', async () => {
    const masked = { ...civil, recovery: thief.root, signer: thief.signing, opener: thief.encryption };
    const shown = await rolled((await agency(masked)) as EntityOf<'agency'>, thief.root, 'recovery', next.pair, 5);
    const officer = civil.officer.entity;
    const revocation = await signOfficerRevocation(thief.signing, {
      issuer: civil.id,
      officer: officer.id,
      sinceMs: 0,
    });
    const before = await copyOf(honest);
    const lies = await publish(withEntities(shown, { ...officer, revocation }), { version: 8 });
    const during = await buildCopy(primitives, pins, lies, before);
    expect(await idsOf(during)).toEqual([]);
    const after = await buildCopy(primitives, pins, await publish(honest, { version: 9 }), during);
    expect(await idsOf(after)).toEqual(['health', 'licences']);
  });

  test('finds no former keys again by a head that goes back in time', async () => {
    const entity = await rolled(held, civil.recovery, 'recovery', next.pair, T);
    const state = (version: number, timeMs: number) => publish(withEntities(entity), { version, timeMs });
    const before = await buildCopy(primitives, pins, await state(7, T + HOUR_MS));
    const after = await buildCopy(primitives, pins, await state(8, T - HOUR_MS), before);
    expect(after.version).toBe(8);
    expect(after.agency(civil.id)?.live(civil.signer.thumbprint)).toBeUndefined();
    expect(after.agency(civil.id)?.live(next.kid)).toBeDefined();
  });

  test('finds no officer again whom a key took back that was revoked afterwards, and by its word no earlier signature falls', async () => {
    const officer = civil.officer.entity;
    const of = { issuer: civil.id, officer: officer.id, sinceMs: 0 };
    const takenBack = { ...officer, revocation: await signOfficerRevocation(next.signer, of) };
    const two = await rolled(held, civil.recovery, 'recovery', next.pair, 10);
    const three = await rolled(two, civil.recovery, 'recovery', other.pair, 20);
    for (const [sinceMs, ids] of [
      [0, []],
      // The agreements of this world were approved at 1.
      [15, ['health', 'licences']],
    ] as const) {
      const theft = await revoked(three, sinceMs, civil.recovery, { key: next.kid });
      const state = await publish(withEntities(theft, takenBack), { version: 8 });
      const before = await copyOf(withEntities(two, takenBack));
      expect(await idsOf(before)).toEqual([]);
      for (const seen of [undefined, before])
        expect(await idsOf(await buildCopy(primitives, pins, state, seen))).toEqual(ids);
    }
  });

  test('finds no officer again whom a key took back that its namer’s revocation undid', async () => {
    // Certified by the first key, which nobody stole; taken back by the third, which the stolen second had named.
    const officer = civil.officer.entity;
    const of = { issuer: civil.id, officer: officer.id, sinceMs: 0 };
    const takenBack = { ...officer, revocation: await signOfficerRevocation(other.signer, of) };
    const last = newKeys();
    const two = await rolled(held, civil.recovery, 'recovery', next.pair, 10);
    const three = await rolled(two, next.signer, 'signing', other.pair, 20);
    const four = await rolled(three, other.signer, 'signing', last.pair, 20 + ROLLOVER_WAITS_MS);
    const byLast = { ...officer, revocation: await signOfficerRevocation(last.signer, of) };
    const theft = { key: next.kid };
    for (const [chain, taken] of [
      [three, takenBack],
      [four, byLast],
    ] as const) {
      // The agreements of this world were approved at 1.
      for (const [sinceMs, ids] of [
        [0, []],
        [15, ['health', 'licences']],
      ] as const) {
        const state = await publish(withEntities(await revoked(chain, sinceMs, civil.recovery, theft), taken));
        const copy = await buildCopy(primitives, pins, state);
        expect([sinceMs, await idsOf(copy)]).toEqual([sinceMs, ids]);
        expect(copy.agency(civil.id)?.ever(other.kid)?.revokedSinceMs).toBe(sinceMs);
        expect(copy.agency(civil.id)?.kept(other.kid)).toBeUndefined();
      }
    }
  });

  test('finds no officer whom a revoked key certified, and all whom a former one did', async () => {
    const former = await rolled(held, civil.recovery, 'recovery', next.pair, 1);
    expect((await (await copyOf(withEntities(former))).agreements()).length).toBe(2);
    const copy = await copyOf(withEntities(await revoked(former, 0)));
    expect((await copy.agreements()).length).toBe(0);
    expect(copy.agency(civil.id)?.status).toBe('active');
    const keyless = await copyOf(withEntities(await revoked(held, 0)));
    expect(keyless.agency(civil.id)?.status).toBe('keyless');
  });
});
