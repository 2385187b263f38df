import { once } from 'node:events';
import { createServer } from 'node:http';
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

interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const json = (status: number, value: object): Page => ({
  status,
  type: 'application/json; charset=utf-8',
  text: JSON.stringify(value),
});

/**
 * Serves /livez (the process runs), /readyz (200, or 503 with the checks that fail, by name and code) and /metrics. On Node's own HTTP: every
 * adapter of a ministry runs it, and no web framework comes with the kit.
 */
export async function startOpsServer({ listen, checks, metrics }: OpsOptions): Promise<OpsServer> {
  const ready = async (): Promise<Page> => {
    const ends = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const failed = await check().then(
          () => undefined,
          (error: unknown) => (error instanceof WaslError ? error.code : 'not ready'),
        );
        return [name, failed ?? 'ready'] as const;
      }),
    );
    const all = ends.every(([, end]) => end === 'ready');
    return json(all ? 200 : 503, { status: all ? 'ready' : 'not ready', checks: Object.fromEntries(ends) });
  };
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/livez': async () => json(200, { status: 'alive' }),
    '/readyz': ready,
    '/metrics': async () => ({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      text: await metrics.text(),
    }),
  };
  const pageOf = async (method = '', url = ''): Promise<Page> => {
    const path = url.split('?', 1)[0] ?? '';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page === undefined) return json(404, { status: 'no such page' });
    return method === 'GET' || method === 'HEAD' ? page() : json(405, { status: 'only GET' });
  };
  const server = createServer((request, response) => {
    // Nothing is read of a body; what a caller goes on sending is thrown away.
    request.resume();
    pageOf(request.method, request.url)
      .catch(() => json(500, { status: 'failed' }))
      .then(({ status, type, text }) => {
        response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
      });
  });
  const address = await listenAt(
    {
      server,
      listen: async (at) => {
        server.listen(at);
        await once(server, 'listening');
      },
    },
    listen,
  );
  return {
    address,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
