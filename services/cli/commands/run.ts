import { readFile } from 'node:fs/promises';
import { runCivilStatus } from '../../../adapters/civil-status/main.ts';
import { runEducation } from '../../../adapters/education/main.ts';
import { runHealth } from '../../../adapters/health/main.ts';
import { runTransport } from '../../../adapters/transport/main.ts';
import { runAgent } from '../../agent/main.ts';
import { runConformance } from '../../conformance/main.ts';
import { runGateway } from '../../gateway/main.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { SettingsFrom } from '../../platform/config/index.ts';
import { runRegistry } from '../../registry/main.ts';

type Start = (from: SettingsFrom) => Promise<{ stop(): Promise<void> }>;

const ADAPTERS: Readonly<Record<string, Start>> = {
  'civil-status': runCivilStatus,
  transport: runTransport,
  health: runHealth,
  education: runEducation,
};

/** Runs one process until it is told to stop (SIGTERM, SIGINT, or the end of the `up` that started it). */
export const run = async (what: string, file: string, env: NodeJS.ProcessEnv): Promise<void> => {
  const starts: Readonly<Record<string, Start>> = {
    gateway: runGateway,
    registry: runRegistry,
    adapter: startAdapter,
    agent: runAgent,
    conformance: runConformance,
  };
  const start = Object.hasOwn(starts, what) ? starts[what] : undefined;
  if (start === undefined) throw new WaslError('bad-usage', { what: `there is no process called ${what}` });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    process.once('disconnect', () => resolve());
  });
  const starting = start({ file, env });
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
  const start = typeof adapter === 'string' && Object.hasOwn(ADAPTERS, adapter) ? ADAPTERS[adapter] : undefined;
  if (start === undefined)
    throw new WaslError('config-invalid', { what: `adapter must be one of ${Object.keys(ADAPTERS)}` });
  return start({ file, env });
};
