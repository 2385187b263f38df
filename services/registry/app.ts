import { WaslError } from '../kernel/codes.ts';
import type { Signer } from '../kernel/keys.ts';
import { entityKey } from '../kernel/registry.ts';
import type { Bus } from '../platform/bus/port.ts';
import { primitives } from '../platform/crypto/index.ts';
import type { Logger } from '../platform/log/index.ts';
import { createMetrics, startOpsServer } from '../platform/web/index.ts';
import { changeTo } from './domain/publication.ts';
import { readDeclarations } from './edge/declarations.ts';
import { openRegistryTopic } from './edge/topic.ts';

export interface RegistryOptions {
  readonly signer: Signer;
  readonly declarations: string;
  readonly bus: Bus;
  readonly log: Logger;
  readonly opsListen: string;
  readonly headEvery: number;
  readonly readEvery: number;
}

export interface Registry {
  readonly opsAddress: string;
  /** Reads the declarations now; resolves once what changed is durable on the topic. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the registry: what is declared stands signed on the topic, and its head is renewed. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { signer, declarations, bus, log } = options;
  const topic = await openRegistryTopic(bus, primitives, signer);
  const metrics = createMetrics({ prefix: 'wasl_registry_' });
  let bad = 0;
  let headAt = 0;
  let stopped = false;
  metrics.gauge('bad_declarations', 'Files that could not be read as an entity.', () => bad);
  metrics.gauge('head_age_seconds', 'Age of the newest head.', () => (Date.now() - headAt) / 1000);

  const round = async (): Promise<void> => {
    const read = await readDeclarations(declarations);
    if (read.bad.length !== bad)
      for (const file of read.bad) log.error(file, 'a declaration cannot be read; its last good version stays');
    bad = read.bad.length;
    const change = changeTo(read.entities, topic.published());
    // A file that cannot be read is not a withdrawal.
    const withdraw = bad > 0 ? [] : change.withdraw;
    const now = Date.now();
    if (change.sign.length + withdraw.length === 0 && now - headAt < options.headEvery) return;
    const version = await topic.publish({ sign: change.sign, withdraw }, now);
    headAt = now;
    if (change.sign.length + withdraw.length > 0) {
      log.info({ version, signed: change.sign.map(entityKey), withdrawn: withdraw }, 'the registry has changed');
    }
  };
  let last: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    last = last.catch(() => undefined).then(round);
    return last;
  };
  await refresh();
  const timer = setInterval(() => {
    refresh().catch((error) => log.error({ err: error }, 'the registry could not be published; it is tried again'));
  }, options.readEvery);
  const ops = await startOpsServer({
    listen: options.opsListen,
    checks: {
      published: async () => {
        if (stopped || Date.now() - headAt > 3 * options.headEvery) throw new WaslError('registry-stale');
      },
    },
    metrics,
  });
  return {
    opsAddress: ops.address,
    refresh,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await last.catch(() => undefined);
      await ops.stop();
    },
  };
}
