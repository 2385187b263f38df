import { expect, test } from 'vitest';
import { honest, pins, publish } from '../../../test/support/registry-world.ts';
import { primitives } from '../crypto/index.ts';
import { silentLogger } from '../log/index.ts';
import { makeRegistryHolder } from './holder.ts';

const HOUR_MS = 3_600_000;

test('a head from far in the future, which would never grow old, is not taken; the last good copy stays', async () => {
  const nowMs = 1000 * HOUR_MS;
  const holder = makeRegistryHolder(primitives, pins, silentLogger, () => nowMs);
  const take = async (version: number, timeMs: number): Promise<number | undefined> => {
    await holder.take(await publish(honest, { version, timeMs }));
    return holder.copy()?.version;
  };
  expect(await take(7, nowMs + 24 * HOUR_MS)).toBeUndefined();
  expect(await take(7, nowMs + HOUR_MS)).toBe(7);
  expect(await take(8, nowMs + 24 * HOUR_MS)).toBe(7);
  expect(holder.copy()?.timeMs).toBe(nowMs + HOUR_MS);
  expect(await take(8, nowMs)).toBe(8);
});
