import { createLogger, type RunningAdapter, readSettings, runAdapter, type SettingsFrom } from '../kit/index.ts';
import { educationSettings } from './config.ts';
import { openExports } from './exports.ts';
import { educationHandlers } from './handlers.ts';
import { openTickets } from './tickets.ts';

const LOOK_EVERY_MS = 1_000;

/** Starts Education's adapter as production does. */
export async function runEducation(from: SettingsFrom): Promise<RunningAdapter> {
  const { exports: folder, exportMaxAge, state, ...settings } = await readSettings(educationSettings, from);
  const log = createLogger({ name: 'education', level: settings.logLevel });
  const exports = openExports({
    folder,
    maxAgeMs: exportMaxAge,
    refused: (stamp, err) => log.warn({ stamp, err }, 'an export is refused'),
  });
  const tickets = await openTickets(state);
  const adapter = await runAdapter({
    settings,
    handlers: educationHandlers(exports, tickets),
    // A late export is an answer too; none is not.
    ping: async () => {
      if ((await exports.current()).kind === 'none') throw new Error('no complete export is there');
    },
  });
  const timer = setInterval(() => {
    exports.look().catch((err: unknown) => log.warn({ err }, 'the exports cannot be looked at'));
  }, LOOK_EVERY_MS);
  return {
    ...adapter,
    stop: async () => {
      clearInterval(timer);
      await adapter.stop();
    },
  };
}
