import { type RunningAdapter, readSettings, runAdapter, type SettingsFrom } from '../kit/index.ts';
import { transportSettings } from './config.ts';
import { transportHandlers } from './handlers.ts';
import { openTransportClient } from './soap-client.ts';

/** Starts Transport's adapter as production does. */
export async function runTransport(from: SettingsFrom): Promise<RunningAdapter> {
  const { sourceUrl, ...settings } = await readSettings(transportSettings, from);
  const register = await openTransportClient(sourceUrl);
  return runAdapter({ settings, handlers: transportHandlers(register), ping: () => register.ping() });
}
