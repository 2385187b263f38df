import { type RunningAdapter, readSettings, runAdapter } from '../kit/index.ts';
import { healthSettings } from './config.ts';
import { openFhirClient } from './fhir-client.ts';
import { healthHandlers } from './handlers.ts';

/** Starts Health's adapter as production does. */
export async function runHealth(from: {
  readonly configFile?: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<RunningAdapter> {
  const { configFile, env } = from;
  const { sourceUrl, ...settings } = await readSettings(healthSettings, {
    ...(configFile === undefined ? {} : { file: configFile }),
    env,
  });
  const fhir = openFhirClient(sourceUrl);
  return runAdapter({ settings, handlers: healthHandlers(fhir), ping: fhir.ping });
}
