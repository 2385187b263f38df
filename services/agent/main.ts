import { runAdapter } from '../../adapters/kit/index.ts';
import { readSettings, type SettingsFrom, type Values } from '../platform/config/index.ts';
import { startAgent } from './app.ts';
import { agentSettings } from './config.ts';
import { localHandler, readProvide } from './edge/local-handler.ts';

export interface RunningAgent {
  /** host:port of the JSON face. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts the agent as production does. */
export async function runAgent(from: SettingsFrom): Promise<RunningAgent> {
  return openAgent(await readSettings(agentSettings, from));
}

/** The kit with its JSON face; the kit goes on for as long as the face has calls under way. */
export async function openAgent(settings: Values<typeof agentSettings>): Promise<RunningAgent> {
  const { listen, token, provide = [], callsAtOnce, ...others } = settings;
  const handlers = Object.fromEntries(
    provide.map(readProvide).map(([documentType, url]) => [documentType, localHandler(documentType, url)]),
  );
  const running = await runAdapter({ settings: others, handlers, ping: async () => undefined });
  try {
    const { kit, identity, log } = running;
    const face = await startAgent({
      kit,
      agency: identity.agency,
      listen,
      log,
      callsAtOnce,
      ...(token === undefined ? {} : { token }),
    });
    log.info({ listen: face.address, provides: Object.keys(handlers) }, 'the agent answers');
    return {
      address: face.address,
      stop: async () => {
        await face.stop();
        await running.stop();
      },
    };
  } catch (error) {
    await running.stop();
    throw error;
  }
}
