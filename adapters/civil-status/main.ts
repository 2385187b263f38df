import { type RunningAdapter, readSettings, runAdapter, type SettingsFrom } from '../kit/index.ts';
import { civilStatusSettings } from './config.ts';
import { civilStatusHandlers } from './handlers.ts';
import { openCivilStatusSource } from './source/registry.ts';

/** Starts Civil Status' adapter as production does. */
export async function runCivilStatus(from: SettingsFrom): Promise<RunningAdapter> {
  const { sourceDatabase, ...settings } = await readSettings(civilStatusSettings, from);
  const source = openCivilStatusSource(sourceDatabase);
  const adapter = await runAdapter({ settings, handlers: civilStatusHandlers(source), ping: source.ping });
  return {
    ...adapter,
    stop: async () => {
      await adapter.stop();
      await source.close();
    },
  };
}
