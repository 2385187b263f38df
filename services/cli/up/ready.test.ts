import { expect, test } from 'vitest';
import { waitUntil } from './ready.ts';

test('a part that does not become ready in time is named, with the file that says more', async () => {
  const part = { part: 'adapter-health', log: '/data/logs/adapter-health.log' };
  const waiting = waitUntil(part, async () => false, 10, new AbortController().signal);
  await expect(waiting).rejects.toMatchObject({ code: 'part-not-ready', params: { ...part, seconds: 0.01 } });
});
