import { afterEach, expect, test } from 'vitest';
import { WaslError } from '../../kernel/codes.ts';
import { createMetrics } from './metrics.ts';
import { type OpsServer, startOpsServer } from './ops.ts';

let server: OpsServer | undefined;
afterEach(() => server?.stop());
const start = async (checks: Readonly<Record<string, () => Promise<void>>>) => {
  const started = await startOpsServer({
    listen: '127.0.0.1:0',
    checks,
    metrics: createMetrics({ prefix: 'wasl_t_' }),
  });
  server = started;
  return (path: string, init?: RequestInit) => fetch(`http://${started.address}${path}`, init);
};

test('a process is ready when all of its parts are, and else says which are not, by code alone', async () => {
  const parts = { attached: async () => undefined, source: async () => Promise.reject(new Error('secret host')) };
  const bad = await (await start(parts))('/readyz');
  expect([bad.status, await bad.json()]).toEqual([
    503,
    { status: 'not ready', checks: { attached: 'ready', source: 'not ready' } },
  ]);
  await server?.stop();
  const coded = await (
    await start({
      attached: async () => {
        throw new WaslError('gateway-unreachable');
      },
    })
  )('/readyz');
  expect(await coded.json()).toMatchObject({ checks: { attached: 'gateway-unreachable' } });
  await server?.stop();
  expect((await (await start({}))('/readyz')).status).toBe(200);
});

test('lives and shows its metrics, and has no other page', async () => {
  const get = await start({});
  expect(await (await get('/livez')).json()).toEqual({ status: 'alive' });
  expect(await (await get('/metrics')).text()).toContain('process_cpu_seconds_total');
  expect([(await get('/nothing')).status, (await get('/toString')).status]).toEqual([404, 404]);
  expect((await get('/livez', { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(405);
});
