import { hostname } from 'node:os';
import { WaslError } from '../../services/kernel/codes.ts';
import { defineSettings, type Values } from '../../services/platform/config/index.ts';
import { createLogger, type Logger } from '../../services/platform/log/index.ts';
import { createMetrics } from '../../services/platform/web/metrics.ts';
import { startOpsServer } from '../../services/platform/web/ops.ts';
import type { Handler } from './handler.ts';
import { type Identity, loadIdentity } from './identity.ts';
import { openJournal } from './journal/index.ts';
import { type Kit, openKit } from './kit.ts';

/** What every adapter is told when it starts; a ministry adds what its source system needs. */
export const adapterSettings = defineSettings({
  adapter: { type: 'text', optional: true, sentence: 'Whose adapter this is; only `wasl run adapter` needs it.' },
  identity: { type: 'path', sentence: 'Folder with the agency’s certificate, keys and pins.json.' },
  gateways: {
    type: 'list',
    optional: true,
    sentence:
      'Gateways of the bus, host:port each; the adapter dials all of them. Those of the identity’s bus.json unless told.',
  },
  journal: { type: 'path', optional: true, sentence: 'Folder of the journal, for an adapter of one process.' },
  journalDatabase: {
    type: 'secret',
    optional: true,
    sentence: 'File with the PostgreSQL URL of the journal, for an adapter of several replicas.',
  },
  opsListen: { type: 'address', default: '127.0.0.1:7450', sentence: 'Where /livez, /readyz and /metrics answer.' },
  replica: {
    type: 'text',
    optional: true,
    sentence: 'Name of this replica; the host’s name and process id unless told.',
  },
  credits: { type: 'integer', default: 64, sentence: 'Requests taken at once over one gateway.' },
  drainGrace: { type: 'duration-ms', default: 20_000, sentence: 'Time for requests in hand when stopping.' },
  logLevel: {
    type: 'one-of',
    values: ['debug', 'info', 'warn', 'error'],
    default: 'info',
    sentence: 'The least level that is logged.',
  },
});

export interface AdapterOptions {
  readonly settings: Omit<Values<typeof adapterSettings>, 'adapter'>;
  /** Nothing is attached when there are none: such an agency only asks. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Throws while the source system does not answer; shown by /readyz. */
  readonly ping: () => Promise<void>;
}

export interface RunningAdapter {
  readonly opsAddress: string;
  readonly log: Logger;
  readonly identity: Identity;
  readonly kit: Kit;
  /** Takes nothing new, lets what is in hand end, and goes. */
  stop(): Promise<void>;
}

/** Runs an adapter: the agency's identity and journal, its handlers attached to every gateway, and its ops endpoints. */
export async function runAdapter({ settings, handlers, ping }: AdapterOptions): Promise<RunningAdapter> {
  const identity = await loadIdentity(settings.identity);
  const log = createLogger({ name: identity.agency, level: settings.logLevel });
  const { journal: dir, journalDatabase: url } = settings;
  if ((dir === undefined) === (url === undefined)) {
    throw new WaslError('config-invalid', { what: 'exactly one of journal and journalDatabase is needed' });
  }
  const gateways = settings.gateways ?? identity.gateways;
  if (gateways.length === 0) {
    throw new WaslError('config-invalid', {
      what: 'no gateway is known: neither gateways nor bus.json of the identity',
    });
  }
  const foreign = Object.keys(handlers).find((type) => !type.startsWith(`${identity.agency}.`));
  if (foreign !== undefined) {
    throw new WaslError('config-invalid', {
      what: `${foreign} is no document of ${identity.agency}, whose identity this is`,
    });
  }
  const journal = await openJournal(url === undefined ? { dir: dir ?? '' } : { url }, log);
  const kit = openKit({ identity, gateways, journal, log });
  for (const [documentType, handler] of Object.entries(handlers)) kit.provide(documentType, handler);
  const provides = Object.keys(handlers).length > 0;
  if (provides) kit.attach({ replica: settings.replica ?? `${hostname()}-${process.pid}`, credits: settings.credits });

  const metrics = createMetrics({ prefix: 'wasl_adapter_' });
  metrics.gauge('gateways', 'Gateways reached.', () => kit.status().gateways);
  metrics.gauge('in_hand', 'Requests in hand.', () => kit.status().inHand);
  metrics.gauge(
    'registry_age_seconds',
    'Age of the registry copy.',
    () => (Date.now() - (kit.copy()?.timeMs ?? 0)) / 1000,
  );
  metrics.gauge('certificate_seconds', 'Time for which the certificate is still good.', () => {
    return (kit.status().certificateUntilMs - Date.now()) / 1000;
  });
  const ops = await startOpsServer({
    listen: settings.opsListen,
    checks: {
      attached: async () => {
        const { attached, gateways } = kit.status();
        if ((provides ? attached : gateways) === 0) throw new WaslError('gateway-unreachable');
      },
      source: ping,
    },
    metrics,
  });
  return {
    opsAddress: ops.address,
    log,
    identity,
    kit,
    stop: async () => {
      const grace = new Promise<void>((resolve) => setTimeout(resolve, settings.drainGrace).unref());
      await Promise.race([kit.drain(), grace]);
      await kit.close();
      await journal.close();
      await ops.stop();
    },
  };
}
