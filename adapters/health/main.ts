import { type RunningAdapter, readSettings, runAdapter, type SettingsFrom } from '../kit/index.ts';
import { healthSettings } from './config.ts';
import { openFhirClient } from './fhir-client.ts';
import { healthHandlers } from './handlers.ts';

/** Starts Health's adapter as production does. */
export async function runHealth(from: SettingsFrom): Promise<RunningAdapter> {
  const { sourceUrl, ...settings } = await readSettings(healthSettings, from);
  const fhir = openFhirClient(sourceUrl);
  return runAdapter({ settings, handlers: healthHandlers(fhir), ping: fhir.ping });
}
