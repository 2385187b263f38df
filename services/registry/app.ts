import { WaslError } from '../kernel/codes.ts';
import { readRegistryKeys } from '../kernel/key-statements.ts';
import type { Signer } from '../kernel/keys.ts';
import type { Entity } from '../kernel/registry.ts';
import type { Bus } from '../platform/bus/port.ts';
import { type Authority, primitives, type TlsIdentity } from '../platform/crypto/index.ts';
import type { Logger } from '../platform/log/index.ts';
import { startRegistryServer } from '../platform/rpc/index.ts';
import type { Pool } from '../platform/store/index.ts';
import { createMetrics, startOpsServer } from '../platform/web/index.ts';
import { checkDeclaration } from './domain/check.ts';
import { missingRoot } from './domain/standing.ts';
import { BY_FILE, makeHandIn } from './edge/hand-in.ts';
import { registryHandlers } from './edge/handlers.ts';
import { openState } from './edge/state.ts';
import { checkStore } from './edge/store/open.ts';
import { openSchemas, type SchemaApi } from './edge/subjects/open.ts';
import { openRegistryTopic } from './edge/topic.ts';

export interface RegistryOptions {
  readonly signer: Signer;
  readonly tls: TlsIdentity;
  /** The root's word for `signer`'s key (compact JWS). */
  readonly registryKeys: string;
  /** Issues certificates to those who join and those who renew. */
  readonly issuer: Authority;
  readonly certificateLife: number;
  /** host:port of every gateway, told to those who join. */
  readonly gateways: readonly string[];
  readonly store: Pool;
  readonly bus: Bus;
  readonly log: Logger;
  readonly listen: string;
  readonly joinListen: string;
  readonly opsListen: string;
  readonly schemas: SchemaApi;
  readonly headEvery: number;
  /** Agreements of one requester that the authority has not approved. */
  readonly draftsAtMost: number;
}

export interface Registry {
  readonly address: string;
  readonly joinAddress: string;
  readonly opsAddress: string;
  /** Where the registry of schemas answers. */
  readonly schemaAddress: string;
  /** Makes entities stand, as the authority's `Apply` does. */
  apply(entities: readonly Entity[]): Promise<void>;
  /** Signs the head anew, now. */
  renewHead(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the registry: what stands in its database stands signed on the topic, and its head is renewed. Errors: `pin-mismatch` when the root's
 * word is for another key, `registry-rollback` when the topic has seen a later state than the database.
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { signer, registryKeys, store, bus, log } = options;
  const schemas = openSchemas(store, log);
  const topic = await openRegistryTopic({ bus, log });
  const state = await openState({ store, topic, signer, log, changed: schemas.declare }).catch(
    async (error: unknown) => {
      await topic.stop();
      throw error;
    },
  );
  const trust = readRegistryKeys(registryKeys);
  const word = { registryKeys, signing: signer.thumbprint };
  const own: Entity = { kind: 'registry', id: 'registry', keys: registryKeys };
  const metrics = createMetrics({ prefix: 'wasl_registry_' });
  metrics.gauge('records', 'Entities that stand.', () => state.standing().size);
  metrics.gauge('head_age_seconds', 'Age of the newest head.', () => (Date.now() - state.headAtMs()) / 1000);

  const handIn = makeHandIn(state, options.draftsAtMost);
  let addresses = { members: '', join: '' };
  const handlers = registryHandlers(
    {
      store,
      state,
      issuer: options.issuer,
      trustDomain: trust.trustDomain,
      registryKeys,
      gateways: options.gateways,
      addresses: () => addresses,
      certificateLifeMs: options.certificateLife,
    },
    word,
    handIn,
  );
  const begin = async () => {
    await checkDeclaration(primitives, word, own);
    const version = state.version();
    if ((await handIn([own], BY_FILE)).version === version) await state.renew();
    await schemas.declare([...state.standing().values()]);
    return schemas.serve(options.schemas, trust.trustDomain);
  };
  const api = await begin().catch(async (error: unknown) => {
    await topic.stop();
    throw error;
  });
  const server = await startRegistryServer({
    listen: options.listen,
    joinListen: options.joinListen,
    tls: options.tls,
    trustDomain: trust.trustDomain,
    handlers,
    log,
  });
  addresses = { members: server.address, join: server.joinAddress };

  let stopped = false;
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = state
      .renew()
      .then(() => schemas.declare([...state.standing().values()]))
      .catch((error) => log.error({ err: error }, 'the registry could not be published; it is tried again'));
  }, options.headEvery);
  const ops = await startOpsServer({
    listen: options.opsListen,
    checks: {
      published: async () => {
        if (stopped || Date.now() - state.headAtMs() > 3 * options.headEvery) throw new WaslError('registry-stale');
        // Without them no reader makes a copy.
        if (missingRoot(state.standing()) !== undefined) throw new WaslError('registry-unavailable');
      },
      store: () => checkStore(store),
    },
    metrics,
  });
  return {
    address: server.address,
    joinAddress: server.joinAddress,
    opsAddress: ops.address,
    schemaAddress: api.address,
    apply: async (entities) => {
      for (const entity of entities) await checkDeclaration(primitives, word, entity);
      await handIn(entities, BY_FILE);
    },
    renewHead: () => state.renew(),
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await server.stop(2_000);
      await api.stop();
      await renewing;
      await topic.stop();
      await ops.stop();
    },
  };
}
