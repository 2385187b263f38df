import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStatusListId, readStatusToken, type StatusToken } from '../../../services/kernel/status-list.ts';
import { primitives } from '../../../services/platform/crypto/index.ts';
import { silentLogger } from '../../../services/platform/log/index.ts';
import { keyringOf } from '../../../test/support/keyring.ts';
import { civil } from '../../../test/support/registry-world.ts';
import { openFileStatusBook } from '../journal/file.ts';
import { holdLists } from './held.ts';
import { makePlaces } from './places.ts';
import { publishLists } from './publish.ts';

const HOUR_MS = 3_600_000;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wasl-publish-'));
});
afterAll(() => rm(dir, { recursive: true }));

test('a list is handed in when it is new, when it gets old, when something is revoked, and until its documents are dead', async () => {
  const book = openFileStatusBook({ dir });
  const lists = holdLists(silentLogger);
  const submitted: StatusToken[] = [];
  let nowMs = Date.now();
  const publish = (): Promise<number> =>
    publishLists({
      identity: { agency: civil.id, keys: keyringOf(civil.signer, civil.opener) },
      book,
      lists,
      registry: {
        submit: async (text) => {
          const { id, token } = JSON.parse(text);
          submitted.push(readStatusToken(readStatusListId(id), token).token);
          return { version: 1n };
        },
      },
      now: () => nowMs,
    });
  expect(await publish()).toBe(0);
  const place = await makePlaces({ book, primitives, now: () => nowMs }).take();
  expect([await publish(), await publish()]).toEqual([1, 0]);
  nowMs += 7 * HOUR_MS;
  expect(await publish()).toBe(0);
  nowMs += HOUR_MS;
  expect([await publish(), await publish()]).toEqual([1, 0]);
  nowMs += 1_000;
  const revoked = { kind: 'status-revoked', list: place.list, place: place.index, requestId: 'r-1' } as const;
  await book.append(revoked);
  expect([await publish(), await publish()]).toEqual([1, 0]);
  const last = submitted.at(-1);
  expect(last?.lst).not.toBe(submitted[0]?.lst);
  expect((last?.expiresAt ?? 0) - (last?.issuedAt ?? 0)).toBe(24 * 3600);
  // Taken for 30 days at most, by documents of 30 days each.
  nowMs += 59 * 24 * HOUR_MS;
  expect(await publish()).toBe(1);
  nowMs += 24 * HOUR_MS;
  expect(await publish()).toBe(0);
});
