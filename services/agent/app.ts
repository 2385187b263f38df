import type { Kit } from '../../adapters/kit/index.ts';
import type { Logger } from '../platform/log/index.ts';
import { type ApiServer, startApiServer } from '../platform/web/index.ts';
import { openApi } from './edge/openapi.ts';
import { agentRoutes } from './edge/routes.ts';

const MAX_BODY_BYTES = 64 * 1024;

/** The JSON face of one agency's kit. */
export const startAgent = (of: {
  readonly kit: Pick<Kit, 'request' | 'collect' | 'copy'>;
  readonly agency: string;
  readonly listen: string;
  readonly log: Logger;
  readonly token?: string;
  /** Calls under way at once; the excess is told to come again. */
  readonly callsAtOnce: number;
  readonly now?: () => number;
}): Promise<ApiServer> => {
  const { listen, log, token, callsAtOnce, now = Date.now } = of;
  const routes = agentRoutes({ kit: of.kit, agency: of.agency, now, callsAtOnce });
  const description = openApi(routes, token !== undefined);
  return startApiServer({
    listen,
    log,
    maxBodyBytes: MAX_BODY_BYTES,
    ...(token === undefined ? {} : { token }),
    routes: [
      ...routes,
      { method: 'GET', path: '/v1/openapi.json', handle: async () => ({ status: 200, body: description }) },
    ],
  });
};
