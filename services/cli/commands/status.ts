import { readFile } from 'node:fs/promises';
import { isAlive } from '../../platform/store/processes.ts';
import { type Layout, layoutOf, SCHEMA_USERNAME } from '../development/layout.ts';
import type { End } from '../end.ts';
import { type ProcessState, readState, type UpState } from '../state.ts';
import { isReady } from '../up/ready.ts';

/** Age in seconds of a gateway's registry copy, from its metrics. */
const registryAge = async (ops: string): Promise<number | null> => {
  try {
    const text = await (await fetch(`http://${ops}/metrics`, { signal: AbortSignal.timeout(2_000) })).text();
    const value = Number(/^wasl_gateway_registry_age_seconds (\S+)$/m.exec(text)?.[1]);
    return Number.isFinite(value) && value >= 0 ? Math.round(value) : null;
  } catch {
    return null;
  }
};

/** Where schemas are registered, and with what: it is a development set-up, and all of its secrets lie in its folder. */
const schemaRegistryOf = async (layout: Layout, { schemaRegistry }: UpState) => {
  const password = await readFile(layout.schemaPassword, 'utf8').catch(() => undefined);
  if (schemaRegistry === undefined || password === undefined) return null;
  return { url: `http://${schemaRegistry}`, username: SCHEMA_USERNAME, password };
};

/** What is up, where it listens, whether it is healthy, and how fresh the registry copy is. */
export const status = async ({ data }: { readonly data: string }): Promise<End> => {
  const layout = layoutOf(data);
  const state = await readState(layout);
  const check = async ({ name, pid, listen, ops }: ProcessState) => ({
    name,
    pid,
    listen: listen ?? null,
    ops: ops ?? null,
    healthy: isAlive(pid) && (ops === undefined || (await isReady(ops))),
  });
  const processes = await Promise.all(state.processes.map(check));
  const gateway = state.processes.find(({ listen }) => listen === state.gateway);
  const registryAgeSeconds = gateway?.ops === undefined ? null : await registryAge(gateway.ops);
  const schemaRegistry = await schemaRegistryOf(layout, state);
  const healthy = processes.every((process) => process.healthy);
  const lines = processes.map(
    ({ name, pid, listen, healthy: well }) =>
      `${well ? 'healthy  ' : 'UNHEALTHY'}  ${name.padEnd(26)} pid ${pid}  ${listen ?? ''}`,
  );
  return {
    kind: healthy ? 'delivered' : 'failure',
    json: { healthy, gateway: state.gateway, registryAgeSeconds, schemaRegistry, processes },
    text: [
      ...lines,
      `registry copy: ${registryAgeSeconds ?? 'unknown'} s old`,
      ...(schemaRegistry === null
        ? []
        : [`schema registry: ${schemaRegistry.url}, user ${schemaRegistry.username}; --json shows the password`]),
    ].join('\n'),
  };
};
