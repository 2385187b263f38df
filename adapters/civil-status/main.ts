import { type RunningAdapter, readSettings, runAdapter } from '../kit/index.ts';
import { civilStatusSettings } from './config.ts';
import { civilStatusHandlers } from './handlers.ts';
import { openCivilStatusSource } from './source/registry.ts';

/** Starts Civil Status' adapter as production does. */
export async function runCivilStatus(from: {
  readonly configFile?: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<RunningAdapter> {
  const { configFile, env } = from;
  const { sourceDatabase, ...settings } = await readSettings(civilStatusSettings, {
    ...(configFile === undefined ? {} : { file: configFile }),
    env,
  });
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
