import { readFile } from 'node:fs/promises';
import { WaslError } from '../../kernel/codes.ts';
import type { SettingsFrom } from '../../platform/config/index.ts';

type Start = (from: SettingsFrom) => Promise<{ stop(): Promise<void> }>;

/** Each loads what it needs and nothing of the others. */
const ADAPTERS: Readonly<Record<string, () => Promise<Start>>> = {
  'civil-status': async () => (await import('../../../adapters/civil-status/main.ts')).runCivilStatus,
  transport: async () => (await import('../../../adapters/transport/main.ts')).runTransport,
  health: async () => (await import('../../../adapters/health/main.ts')).runHealth,
  education: async () => (await import('../../../adapters/education/main.ts')).runEducation,
};
const STARTS: Readonly<Record<string, () => Promise<Start>>> = {
  gateway: async () => (await import('../../gateway/main.ts')).runGateway,
  registry: async () => (await import('../../registry/main.ts')).runRegistry,
  adapter: async () => startAdapter,
  agent: async () => (await import('../../agent/main.ts')).runAgent,
  conformance: async () => (await import('../../conformance/main.ts')).runConformance,
};

/** Runs one process until it is told to stop (SIGTERM, SIGINT, or the end of the `up` that started it). */
export const run = async (what: string, file: string, env: NodeJS.ProcessEnv): Promise<void> => {
  const load = Object.hasOwn(STARTS, what) ? STARTS[what] : undefined;
  if (load === undefined) throw new WaslError('bad-usage', { what: `there is no process called ${what}` });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    process.once('disconnect', () => resolve());
  });
  const starting = load().then((start) => start({ file, env }));
  const first = await Promise.race([starting, stopped.then(() => undefined)]);
  // Told to stop while starting: what has begun holds nothing that a restart does not find again.
  if (first === undefined) return;
  await stopped;
  await first.stop();
  // Listening for its end holds the channel open, and the open channel the process.
  if (process.connected) process.disconnect();
};

/** The adapter's file says whose adapter it is; the rest of it is that adapter's own settings. */
const startAdapter: Start = async ({ file = '', env }) => {
  const { adapter } = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const load = typeof adapter === 'string' && Object.hasOwn(ADAPTERS, adapter) ? ADAPTERS[adapter] : undefined;
  if (load === undefined)
    throw new WaslError('config-invalid', { what: `adapter must be one of ${Object.keys(ADAPTERS)}` });
  return (await load())({ file, env });
};
