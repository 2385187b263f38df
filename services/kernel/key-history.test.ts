import { describe, expect, test } from 'vitest';
import {
  agency,
  civil,
  copyOf,
  honest,
  idsOf,
  pins,
  publish,
  root,
  thief,
  transport,
  withEntities,
} from '../../test/support/registry-world.ts';
import {
  generateEncryptionKey,
  generateSigningKey,
  openerFromJwk,
  primitives,
  signerFromJwk,
} from '../platform/crypto/index.ts';
import { buildCopy } from './copy.ts';
import { digestOfText } from './digest.ts';
import { AUTHORITY } from './ids.ts';
import { type KeyRevocation, signKeyRevocation, signRollover } from './key-changes.ts';
import {
  cleanSinceMs,
  keptKey,
  keysAt,
  liveKeys,
  periodOf,
  ROLLOVER_WAITS_MS,
  verifyKeyHistory,
} from './key-history.ts';
import type { KeyPair } from './key-statements.ts';
import { type Signer, thumbprint } from './keys.ts';
import { signOfficerRevocation } from './officer.ts';
import type { EntityOf } from './registry.ts';

const held = honest.find((entity) => entity.kind === 'agency' && entity.id === civil.id) as EntityOf<'agency'>;
const HOUR_MS = 3_600_000;
const newKeys = () => {
  const signer = signerFromJwk(generateSigningKey());
  const pair: KeyPair = { signing: signer.publicJwk, encryption: openerFromJwk(generateEncryptionKey()).publicJwk };
  return { signer, pair, kid: signer.thumbprint };
};
const rolled = async (
  from: EntityOf<'agency'>,
  by: Signer,
  as: 'recovery' | 'signing',
  pair: KeyPair,
  timeMs: number,
): Promise<EntityOf<'agency'>> => {
  const before = from.rollovers ?? [];
  const previous = digestOfText(before.at(-1) ?? from.keys);
  const said = { agency: civil.id, sequence: before.length + 1, previous, timeMs, ...pair };
  return { ...from, rollovers: [...before, await signRollover(by, as, said)] };
};
const revoked = async (
  from: EntityOf<'agency'>,
  sinceMs: number,
  by = civil.recovery,
  changes: Partial<KeyRevocation> = {},
): Promise<EntityOf<'agency'>> => {
  const said = { issuer: civil.id, agency: civil.id, key: civil.signer.thumbprint, sinceMs, ...changes };
  return { ...from, revocations: [...(from.revocations ?? []), await signKeyRevocation(by, said)] };
};
const historyOf = (entity: EntityOf<'agency'>) => verifyKeyHistory(primitives, entity, root.thumbprint);
const presentOf = async (entity: EntityOf<'agency'>, atMs: number): Promise<string> =>
  thumbprint(keysAt(await historyOf(entity), atMs).signing);
const T = 100 * HOUR_MS;
const [next, other] = [newKeys(), newKeys()];

describe('the keys of an agency', () => {
  test('that its recovery key names count at once; the former go on counting for what is on its way, and stay known', async () => {
    const entity = await rolled(held, civil.recovery, 'recovery', next.pair, T);
    const history = await historyOf(entity);
    expect(await presentOf(entity, T - 1)).toBe(civil.signer.thumbprint);
    expect(await presentOf(entity, T)).toBe(next.kid);
    expect(liveKeys(history, civil.signer.thumbprint, T + 9 * 60_000)).toBeDefined();
    expect(liveKeys(history, civil.signer.thumbprint, T + 11 * 60_000)).toBeUndefined();
    expect(liveKeys(history, next.kid, T - HOUR_MS)).toBeUndefined();
    expect(keptKey(history, civil.signer.thumbprint, T + 1000 * HOUR_MS)).toEqual(civil.signer.publicJwk);
    expect(periodOf(history, civil.signer.thumbprint, T - HOUR_MS)?.untilMs).toBe(T);
    expect(periodOf(history, civil.signer.thumbprint, T + HOUR_MS)).toBeUndefined();
  });

  test('that the present key names count after a day, unless the recovery key names others before', async () => {
    const waiting = await rolled(held, civil.signer, 'signing', next.pair, T);
    expect(await presentOf(waiting, T + ROLLOVER_WAITS_MS - 1)).toBe(civil.signer.thumbprint);
    expect(await presentOf(waiting, T + ROLLOVER_WAITS_MS)).toBe(next.kid);
    expect(keptKey(await historyOf(waiting), next.kid, T)).toBeUndefined();
    const vetoed = await rolled(waiting, civil.recovery, 'recovery', { ...other.pair }, T + HOUR_MS);
    expect(await presentOf(vetoed, T + 2 * ROLLOVER_WAITS_MS)).toBe(other.kid);
    expect(keptKey(await historyOf(vetoed), next.kid, T + 2 * ROLLOVER_WAITS_MS)).toBeUndefined();
  });

  test('are not named twice by the present key while others wait, nor by a former one', async () => {
    const waiting = await rolled(held, civil.signer, 'signing', next.pair, T);
    const twice = await rolled(waiting, civil.signer, 'signing', other.pair, T + HOUR_MS);
    expect(await presentOf(twice, T + 3 * ROLLOVER_WAITS_MS)).toBe(next.kid);
    const after = await rolled(waiting, civil.signer, 'signing', other.pair, T + ROLLOVER_WAITS_MS + 1);
    expect(await presentOf(after, T + 3 * ROLLOVER_WAITS_MS)).toBe(next.kid);
    const goesOn = await rolled(waiting, next.signer, 'signing', other.pair, T + ROLLOVER_WAITS_MS + 1);
    expect(await presentOf(goesOn, T + 3 * ROLLOVER_WAITS_MS)).toBe(other.kid);
  });

  test('that a thief dates far ahead keep the recovery key from nothing', async () => {
    const far = await rolled(held, civil.signer, 'signing', next.pair, 10_000 * T);
    const saved = await rolled(far, civil.recovery, 'recovery', other.pair, T);
    expect(await presentOf(saved, T)).toBe(other.kid);
    expect(await presentOf(saved, 20_000 * T)).toBe(other.kid);
    const again = await rolled(saved, civil.signer, 'signing', next.pair, 10_000 * T);
    const last = newKeys();
    const goesOn = await rolled(again, other.signer, 'signing', last.pair, 2 * T);
    expect(await presentOf(goesOn, 3 * T)).toBe(last.kid);
  });

  test('that a thief dates back count the sooner, for who stole the registry as well; the recovery key ends it all the same', async () => {
    const back = await rolled(held, civil.signer, 'signing', next.pair, T - ROLLOVER_WAITS_MS);
    expect(await presentOf(back, T)).toBe(next.kid);
    const taken = await revoked(back, T - ROLLOVER_WAITS_MS);
    const saved = await rolled(taken, civil.recovery, 'recovery', other.pair, T);
    expect(await presentOf(saved, T)).toBe(other.kid);
    expect(liveKeys(await historyOf(saved), next.kid, T)).toBeUndefined();
  });

  test('once revoked, name no successor: not even one that waits already; the recovery key does', async () => {
    const waiting = await rolled(held, civil.signer, 'signing', next.pair, T);
    const taken = await revoked(waiting, T + HOUR_MS);
    const history = await historyOf(taken);
    expect(await presentOf(taken, T + 2 * ROLLOVER_WAITS_MS)).toBe(civil.signer.thumbprint);
    expect(liveKeys(history, civil.signer.thumbprint, T)).toBeUndefined();
    expect(keptKey(history, civil.signer.thumbprint, T)).toBeUndefined();
    expect(periodOf(history, civil.signer.thumbprint, T)).toBeDefined();
    expect(periodOf(history, civil.signer.thumbprint, T + HOUR_MS)).toBeUndefined();
    const named = await rolled(taken, civil.recovery, 'recovery', other.pair, T + 2 * HOUR_MS);
    expect(await presentOf(named, T + 2 * HOUR_MS)).toBe(other.kid);
  });

  test('tell since when no certificate is a thief’s: not by a rotation, but once keys follow those that were revoked', async () => {
    const cleanSince = async (entity: EntityOf<'agency'>, atMs: number) => cleanSinceMs(await historyOf(entity), atMs);
    expect(await cleanSince(held, T)).toBe(0);
    const two = await rolled(held, civil.recovery, 'recovery', next.pair, T);
    expect(await cleanSince(two, T + HOUR_MS)).toBe(0);
    // Nothing counts while no other keys are named: whoever must name them is not sent for a certificate before.
    expect(await cleanSince(await revoked(held, 5), T)).toBe(0);
    expect(await cleanSince(await revoked(two, 5), T + HOUR_MS)).toBe(T);
    const three = await rolled(await revoked(two, 5), next.signer, 'signing', other.pair, T + HOUR_MS);
    expect(await cleanSince(three, T + 1000 * HOUR_MS)).toBe(T);
    const stolenTwice = await revoked(three, 5, civil.recovery, { key: next.kid });
    expect(await cleanSince(stolenTwice, T + 1000 * HOUR_MS)).toBe(0);
    const named = await rolled(stolenTwice, civil.recovery, 'recovery', newKeys().pair, T + 2000 * HOUR_MS);
    expect(await cleanSince(named, T + 3000 * HOUR_MS)).toBe(T + 2000 * HOUR_MS);
  });

  test('are revoked by the recovery key and the authority’s root alone', async () => {
    const sinceOf = async (entity: EntityOf<'agency'>) => (await historyOf(entity)).periods[0].revokedSinceMs;
    expect(await sinceOf(await revoked(held, 5))).toBe(5);
    expect(await sinceOf(await revoked(held, 5, root, { issuer: AUTHORITY }))).toBe(5);
    for (const by of [thief.signing, civil.signer, transport.recovery]) {
      expect(await sinceOf(await revoked(held, 5, by))).toBeUndefined();
      expect(await sinceOf(await revoked(held, 5, by, { issuer: AUTHORITY }))).toBeUndefined();
    }
    expect(await sinceOf(await revoked(held, 5, root, { issuer: AUTHORITY, agency: transport.id }))).toBeUndefined();
    expect(await sinceOf(await revoked(await revoked(held, 5), 9))).toBe(5);
  });

  test.each([
    ['by a stranger', 'signature-invalid', () => rolled(held, thief.signing, 'signing', next.pair, T)],
    ['by another recovery key', 'pin-mismatch', () => rolled(held, thief.signing, 'recovery', next.pair, T)],
    [
      'out of its place',
      'key-statement-misplaced',
      async () => {
        const one = await rolled(held, civil.recovery, 'recovery', next.pair, T);
        const two = await rolled(one, civil.recovery, 'recovery', other.pair, T + 1);
        return { ...held, rollovers: two.rollovers?.slice(1) ?? [] };
      },
    ],
    [
      'dated before the one that it follows',
      'key-statement-misplaced',
      async () =>
        rolled(
          await rolled(held, civil.recovery, 'recovery', next.pair, T),
          civil.recovery,
          'recovery',
          other.pair,
          T - 1,
        ),
    ],
  ] as const)('named %s make the whole record count for nothing: %s', async (_, code, make) => {
    await expect(historyOf(await make())).rejects.toMatchObject({ code });
  });
});

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
