import { describe, expect, test } from 'vitest';
import { held, newKeys, revoked, rolled } from '../../test/support/key-chain.ts';
import { civil, root, thief, transport } from '../../test/support/registry-world.ts';
import { primitives } from '../platform/crypto/index.ts';
import { AUTHORITY } from './ids.ts';
import {
  cleanSinceMs,
  keptKey,
  keysAt,
  liveKeys,
  periodOf,
  ROLLOVER_WAITS_MS,
  verifyKeyHistory,
} from './key-history.ts';
import { thumbprint } from './keys.ts';
import type { EntityOf } from './registry.ts';

const HOUR_MS = 3_600_000;
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
