import { fileURLToPath } from 'node:url';
import { createLogger, explain, readSettings, runAdapter } from 'wasl-kit';
import { settings } from './csv/config.ts';
import { openSource } from './csv/source.ts';
import { handlersOf } from './handlers.ts';

const file = fileURLToPath(new URL('../adapter.json', import.meta.url));

try {
  const values = await readSettings(settings, { file, env: process.env });
  const source = openSource(values);
  const handlers = handlersOf(source, createLogger({ name: 'my-adapter', level: values.logLevel }));
  const adapter = await runAdapter({ settings: values, handlers, ping: source.ping });
  adapter.log.info({ ops: adapter.opsAddress }, 'the adapter runs; /readyz says whether it is attached');
  const stop = async (): Promise<void> => {
    await adapter.stop();
    await source.close();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
