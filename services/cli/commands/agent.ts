import { agentSettings } from '../../agent/config.ts';
import { openAgent } from '../../agent/main.ts';
import { WaslError } from '../../kernel/codes.ts';
import { readSettings } from '../../platform/config/index.ts';
import { writePrivateFile } from '../../platform/crypto/index.ts';
import { layoutOf } from '../development/layout.ts';
import type { End } from '../end.ts';
import { readRegistry } from '../evidence.ts';
import { readState } from '../state.ts';

export interface AgentFlags {
  readonly data: string;
  readonly as: string;
  readonly listen: string;
  readonly provide: readonly string[];
}

export interface AgentIo {
  readonly show: (end: End) => void;
  /** Resolves when the user wants it to end. */
  readonly stopped: Promise<void>;
}

/** `bad-usage` for a document that the registry does not know as this agency's: no gateway would let it attach for that. */
const ownDocuments = async ({ data, as, provide }: AgentFlags): Promise<void> => {
  // What has not the form TYPE=URL is refused by the settings.
  const types = provide.flatMap((one) => (one.includes('=') ? [one.slice(0, one.indexOf('='))] : []));
  if (types.length === 0) return;
  const { documentTypes } = await readRegistry(layoutOf(data));
  for (const type of types) {
    if (!documentTypes().some(({ id, provider }) => id === type && provider === as)) {
      throw new WaslError('bad-usage', { what: `${as} has no document ${type} to provide` });
    }
  }
};

/** Runs an agency's agent over a running `up`, until it is told to stop. */
export const agent = async (flags: AgentFlags, { show, stopped }: AgentIo): Promise<void> => {
  const layout = layoutOf(flags.data);
  const { gateway } = await readState(layout);
  await ownDocuments(flags);
  const name = `agent-${flags.as}`;
  const config = {
    identity: layout.agency(flags.as),
    gateways: [gateway],
    journal: layout.journal(flags.as, 'agent'),
    opsListen: '127.0.0.1:0',
    listen: flags.listen,
    drainGrace: 2_000,
    logLevel: 'warn',
    ...(flags.provide.length === 0 ? {} : { provide: flags.provide }),
  };
  await writePrivateFile(layout.config(name), `${JSON.stringify(config, null, 2)}\n`);
  const running = await openAgent(await readSettings(agentSettings, { file: layout.config(name), env: {} }));
  try {
    const url = `http://${running.address}`;
    show({
      kind: 'delivered',
      json: { agency: flags.as, url, openapi: `${url}/v1/openapi.json`, provides: flags.provide },
      text: [
        `The agent of ${flags.as} answers at ${url}; Ctrl-C stops it.`,
        `يجيب وكيل ${flags.as} على ${url}، ويوقفه Ctrl-C.`,
        `  POST ${url}/v1/requests          asks another agency`,
        `  POST ${url}/v1/tickets/collect   collects a deferred answer`,
        `  GET  ${url}/v1/catalog           what may be asked`,
        `  GET  ${url}/v1/openapi.json      all of it, with examples`,
        ...flags.provide.map((one) => `  provides ${one.replace('=', ' by ')}`),
      ].join('\n'),
    });
    await stopped;
  } finally {
    await running.stop();
  }
};
