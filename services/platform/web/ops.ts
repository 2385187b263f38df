import { fastify } from 'fastify';
import { WaslError } from '../../kernel/codes.ts';
import { listenAt } from './listen.ts';
import type { Metrics } from './metrics.ts';

export interface OpsOptions {
  /** host:port; port 0 takes a free one. */
  readonly listen: string;
  /** Each throws while its part is not ready. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  readonly metrics: Metrics;
}

export interface OpsServer {
  readonly address: string;
  stop(): Promise<void>;
}

/** Serves /livez (the process runs), /readyz (200, or 503 with the checks that fail, by name and code) and /metrics. */
export async function startOpsServer({ listen, checks, metrics }: OpsOptions): Promise<OpsServer> {
  const app = fastify({ logger: false });
  app.get('/livez', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_, reply) => {
    const ends = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const failed = await check().then(
          () => undefined,
          (error: unknown) => (error instanceof WaslError ? error.code : 'not ready'),
        );
        return [name, failed ?? 'ready'] as const;
      }),
    );
    const ready = ends.every(([, end]) => end === 'ready');
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(ends) });
  });
  app.get('/metrics', async (_, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.text()),
  );
  return { address: await listenAt(app, listen), stop: () => app.close() };
}
