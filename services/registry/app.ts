import { WaslError } from '../kernel/codes.ts';
import type { Signer } from '../kernel/keys.ts';
import { entityKey } from '../kernel/registry.ts';
import type { Bus } from '../platform/bus/port.ts';
import { primitives } from '../platform/crypto/index.ts';
import type { Logger } from '../platform/log/index.ts';
import type { Pool } from '../platform/store/index.ts';
import { createMetrics, startOpsServer } from '../platform/web/index.ts';
import { type Declared, makeDeclared, ROOTS } from './domain/declared.ts';
import { changeTo } from './domain/publication.ts';
import { readDeclarations } from './edge/declarations.ts';
import { checkStore } from './edge/store/open.ts';
import { openRegistryTopic } from './edge/topic.ts';

export interface RegistryOptions {
  readonly signer: Signer;
  readonly declarations: string;
  readonly store: Pool;
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

/**
 * Starts the registry: what is declared stands signed on the topic, and its head is renewed. `config-invalid` when neither the topic nor the
 * declarations have the registry's and the audit service's own keys, without which nobody can use the rest.
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { signer, declarations, store, bus, log } = options;
  const topic = await openRegistryTopic({ bus, primitives, signer, log });
  const declared = makeDeclared();
  const metrics = createMetrics({ prefix: 'wasl_registry_' });
  let said = '';
  let bad = 0;
  let headAt = 0;
  metrics.gauge('bad_declarations', 'Files that could not be taken as an entity.', () => bad);
  metrics.gauge('records', 'Records that stand on the topic.', () => topic.published().size);
  metrics.gauge('head_age_seconds', 'Age of the newest head.', () => (Date.now() - headAt) / 1000);

  const tell = (files: Declared['bad']): void => {
    const saying = JSON.stringify(files);
    if (saying !== said)
      for (const file of files) log.error(file, 'a declaration cannot be taken; what it last said stays');
    said = saying;
    bad = files.length;
  };
  const round = async (): Promise<void> => {
    const read = declared(await readDeclarations(declarations, primitives, signer.thumbprint));
    tell(read.bad);
    const change = changeTo(read, topic.published());
    const { sign, withdraw } = change;
    const missing = ROOTS.find((root) => !topic.published().has(root) && !sign.some((it) => entityKey(it) === root));
    if (missing !== undefined) throw new WaslError('config-invalid', { what: `no declaration of ${missing}` });
    const now = Date.now();
    const quiet = sign.length + withdraw.length === 0 && !topic.doubtful();
    if (quiet && now - headAt < options.headEvery) return;
    const version = await topic.publish(change, now);
    headAt = now;
    if (!quiet) log.info({ version, signed: sign.map(entityKey), withdrawn: withdraw }, 'the registry has changed');
  };
  let last: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    last = last.catch(() => undefined).then(round);
    return last;
  };
  await refresh().catch(async (error: unknown) => {
    await topic.stop();
    throw error;
  });
  let stopped = false;
  const timer = setInterval(() => {
    refresh().catch((error) => log.error({ err: error }, 'the registry could not be published; it is tried again'));
  }, options.readEvery);
  const ops = await startOpsServer({
    listen: options.opsListen,
    checks: {
      published: async () => {
        if (stopped || Date.now() - headAt > 3 * options.headEvery) throw new WaslError('registry-stale');
      },
      store: () => checkStore(store),
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
      await topic.stop();
      await ops.stop();
    },
  };
}
