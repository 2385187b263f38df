import { setTimeout as pause } from 'node:timers/promises';
import { WaslError } from '../kernel/codes.ts';
import type { CopyPins } from '../kernel/copy.ts';
import { parseBootId, parseGatewayId, uuidV7 } from '../kernel/ids.ts';
import type { Signer } from '../kernel/keys.ts';
import type { Bus } from '../platform/bus/port.ts';
import { primitives, type TlsIdentity } from '../platform/crypto/index.ts';
import { EVIDENCE_TOPIC, openEvidence } from '../platform/evidence/writer.ts';
import type { Logger } from '../platform/log/index.ts';
import { makeRegistryHolder } from '../platform/registry/holder.ts';
import { followRegistryTopic } from '../platform/registry/topic.ts';
import { startRpcServer } from '../platform/rpc/index.ts';
import { createMetrics, startOpsServer } from '../platform/web/index.ts';
import { makeAcknowledge } from './domain/acknowledge.ts';
import { LIMITS, type Limits, makeBudget } from './domain/budget.ts';
import { makeDeliveries, noting } from './domain/deliveries.ts';
import { makeExchange } from './domain/exchange.ts';
import { makeQuota } from './domain/quota.ts';
import { makeRefusalLimit } from './domain/refusal-limit.ts';
import { makeRefuse } from './domain/refuse.ts';
import { makeReplay } from './domain/replay.ts';
import { followEvidence } from './edge/evidence-follower.ts';
import { makeHandlers } from './edge/handlers.ts';
import { makeGatewayMetrics } from './edge/metrics.ts';
import { makeSessions } from './edge/sessions.ts';

export interface GatewayIdentity {
  readonly gateway: string;
  readonly trustDomain: string;
  readonly tls: TlsIdentity;
  readonly signer: Signer;
  readonly pins: CopyPins;
}

/** Limits are those of the table of settings unless told. */
export interface GatewayOptions extends Partial<Limits> {
  readonly identity: GatewayIdentity;
  readonly bus: Bus;
  readonly log: Logger;
  readonly listen: string;
  readonly opsListen: string;
  readonly origin: string;
  readonly registryFreshness: number;
  readonly evidencePatience: number;
  readonly drainGrace: number;
  readonly now?: () => number;
}

export interface Gateway {
  readonly address: string;
  readonly opsAddress: string;
  readonly boot: string;
  /** Takes no new calls, lets those in flight end, writes `closed`. */
  stop(): Promise<void>;
}

/** Time for streams to end once nothing is in flight on them. */
const STREAMS_END_MS = 1_000;

/** Starts a gateway: its boot's chain is open and its registry copy verified before the first call is taken. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { identity, bus, log } = options;
  const now = options.now ?? Date.now;
  const gateway = parseGatewayId(identity.gateway);
  const boot = parseBootId(uuidV7(now(), primitives.random(10)));
  const registry = makeRegistryHolder(primitives, identity.pins, log, now);
  const limits: Limits = { ...LIMITS, ...options };
  const places = makeBudget({ inAll: limits.requestsInFlight, ofOne: limits.requestsOfOneAgency });
  const documents = makeBudget({ inAll: limits.documentBytes, ofOne: limits.documentBytes / 2 });
  const replay = makeReplay({ elapsedMs: () => performance.now(), outcomeBytes: limits.outcomeBytes });
  const sessions = makeSessions();
  const quota = makeQuota(now);
  const deliveries = makeDeliveries(now);
  const limit = makeRefusalLimit(now);
  let stage = 'starting';
  let draining = false;
  const closing = new AbortController();
  const inFlight = new Set<Promise<unknown>>();

  const metrics = createMetrics({ prefix: 'wasl_gateway_' });
  const measured = makeGatewayMetrics(metrics, sessions);
  metrics.gauge('requests_in_flight', 'Requests whose calls are not over.', places.held);
  metrics.gauge('document_bytes', 'Bytes of sealed documents on their way.', documents.held);
  metrics.gauge('outcome_bytes', 'Bytes of first outcomes kept for a resend.', replay.bytes);
  metrics.gauge('registry_age_seconds', 'Age of the registry copy’s head.', () => {
    const copy = registry.copy();
    return copy === undefined ? -1 : (now() - copy.timeMs) / 1000;
  });
  let writable = (): boolean => false;
  const ops = await startOpsServer({
    listen: options.opsListen,
    checks: {
      started: async () => {
        if (stage !== 'running' || draining) throw new Error(stage);
      },
      evidence: async () => {
        if (!writable()) throw new WaslError('evidence-unavailable');
      },
      registry: async () => {
        const copy = registry.copy();
        if (copy === undefined) throw new WaslError('registry-unavailable');
        if (copy.timeMs < now() - options.registryFreshness) throw new WaslError('registry-stale');
      },
    },
    metrics,
  });

  await bus.ensureTopics([EVIDENCE_TOPIC]);
  stage = 'waiting for the registry';
  const registryTopic = await followRegistryTopic(bus, (state) => registry.take(state));
  await registry.first;
  stage = 'reading evidence';
  const following = await followEvidence({ bus, primitives, copy: registry.copy, quota, deliveries, boot, log, now });
  await following.caughtUp;
  const evidence = await openEvidence({
    bus,
    signer: identity.signer,
    gateway,
    boot,
    origin: options.origin,
    log,
    now,
    patienceMs: options.evidencePatience,
    onCommit: measured.onCommit,
  });
  writable = evidence.writable;

  const refuse = makeRefuse({ evidence, limit, signer: identity.signer, gateway, now });
  const copy = registry.copy;
  const exchange = makeExchange({
    primitives,
    boot,
    copy,
    freshnessMs: options.registryFreshness,
    evidence: noting(evidence, deliveries, now),
    providers: sessions,
    quota,
    replay,
    places,
    documents,
    refuse,
    now,
  });
  const counting = setInterval(() => {
    for (const counts of limit.take()) evidence.record({ kind: 'refusals', ...counts }).catch(() => undefined);
  }, 1_000);

  const server = await startRpcServer({
    listen: options.listen,
    tls: identity.tls,
    trustDomain: identity.trustDomain,
    log,
    onUnauthenticated: measured.onUnauthenticated,
    handlers: makeHandlers({
      gateway,
      boot,
      exchange,
      acknowledge: makeAcknowledge({ primitives, copy, evidence, deliveries, now }),
      registry,
      sessions,
      documents,
      log,
      now,
      draining: () => draining,
      closing: closing.signal,
      inFlight,
      onExchanged: measured.onExchanged,
    }),
  });
  stage = 'running';
  server.setServing(true);
  log.info({ gateway, boot, listen: server.address, ops: ops.address }, 'the gateway takes calls');

  return {
    address: server.address,
    opsAddress: ops.address,
    boot,
    stop: async () => {
      draining = true;
      stage = 'draining';
      server.setServing(false);
      await Promise.race([Promise.allSettled(inFlight), pause(options.drainGrace, undefined, { ref: false })]);
      closing.abort();
      await server.stop(STREAMS_END_MS);
      clearInterval(counting);
      for (const counts of limit.take()) await evidence.record({ kind: 'refusals', ...counts }).catch(() => undefined);
      await evidence.close();
      await Promise.all([following.stop(), registryTopic.stop()]);
      await ops.stop();
    },
  };
}
