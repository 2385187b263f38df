import { type RunningAdapter, readSettings, runAdapter } from '../kit/index.ts';
import { transportSettings } from './config.ts';
import { transportHandlers } from './handlers.ts';
import { openTransportClient } from './soap-client.ts';

/** Starts Transport's adapter as production does. */
export async function runTransport(from: {
  readonly configFile?: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<RunningAdapter> {
  const { configFile, env } = from;
  const { sourceUrl, ...settings } = await readSettings(transportSettings, {
    ...(configFile === undefined ? {} : { file: configFile }),
    env,
  });
  const register = await openTransportClient(sourceUrl);
  return runAdapter({ settings, handlers: transportHandlers(register), ping: () => register.ping() });
}
