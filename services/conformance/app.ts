import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../kernel/codes.ts';
import type { RegistryCopy } from '../kernel/copy.ts';
import { CONFORMANCE, parseBootId, parseGatewayId, uuidV7 } from '../kernel/ids.ts';
import type { Opener, Signer, Thumbprint } from '../kernel/keys.ts';
import type { Bus } from '../platform/bus/port.ts';
import { primitives, type TlsIdentity } from '../platform/crypto/index.ts';
import { EVIDENCE_TOPIC, openEvidence } from '../platform/evidence/writer.ts';
import type { Logger } from '../platform/log/index.ts';
import { makeRegistryHolder } from '../platform/registry/holder.ts';
import { followRegistryTopic } from '../platform/registry/topic.ts';
import { connectRegistry, startRpcServer } from '../platform/rpc/index.ts';
import { createMetrics, startOpsServer } from '../platform/web/index.ts';
import { makeAgreeing, type SuiteOfficers } from './edge/agreement.ts';
import { makeRecord } from './edge/record.ts';
import { makeWire } from './edge/wire.ts';

export interface ConformanceOptions {
  readonly identity: {
    readonly trustDomain: string;
    readonly pins: { readonly authority: Thumbprint; readonly audit: Thumbprint };
    readonly tls: TlsIdentity;
    readonly signer: Signer;
  };
  readonly requester: { readonly tls: TlsIdentity; readonly signer: Signer; readonly opener: Opener };
  readonly officers: SuiteOfficers;
  /** host:port. */
  readonly registry: string;
  readonly listen: string;
  readonly opsListen: string;
  readonly origin: string;
  readonly bus: Bus;
  readonly log: Logger;
}

export interface Conformance {
  readonly address: string;
  readonly opsAddress: string;
  stop(): Promise<void>;
}

const PATIENCE_MS = 5_000;
/** How long a change may take from the registry to our own copy. */
const CHANGE_MS = 15_000;
const LOOK_EVERY_MS = 50;
const STREAMS_END_MS = 1_000;

/** Starts the conformance suite as a process of the bus: a gateway that adapters dial as any other, and that makes requests of its own. */
export async function startConformance(options: ConformanceOptions): Promise<Conformance> {
  const { identity, requester, bus, log } = options;
  const gateway = parseGatewayId(CONFORMANCE);
  const boot = parseBootId(uuidV7(Date.now(), primitives.random(10)));
  const registry = makeRegistryHolder(primitives, identity.pins, log);
  await bus.ensureTopics([EVIDENCE_TOPIC]);
  const topic = await followRegistryTopic(bus, (state) => registry.take(state));
  await registry.first;
  const evidence = await openEvidence({
    bus,
    signer: identity.signer,
    gateway,
    boot,
    origin: options.origin,
    log,
    now: Date.now,
    patienceMs: PATIENCE_MS,
  });
  const { trustDomain } = identity;
  const members = connectRegistry({ address: options.registry, tls: requester.tls, trustDomain });
  const copyWhere = async (holds: (copy: RegistryCopy) => Promise<boolean>): Promise<RegistryCopy> => {
    for (const endMs = Date.now() + CHANGE_MS; ; await wait(LOOK_EVERY_MS)) {
      const copy = registry.copy();
      if (copy !== undefined && (await holds(copy))) return copy;
      if (Date.now() > endMs) throw new WaslError('registry-stale');
    }
  };
  const wire = makeWire({ gateway, boot, registry });
  const agreeing = makeAgreeing({ registry: members, officers: options.officers, pins: identity.pins, copyWhere });
  const server = await startRpcServer({
    listen: options.listen,
    tls: identity.tls,
    trustDomain,
    handlers: wire.handlers,
    conformance: makeRecord({
      signer: identity.signer,
      requester,
      gateway: { id: gateway, boot },
      copy: registry.copy,
      agreeing,
      evidence,
      wire,
      log,
    }),
    log,
    onUnauthenticated: (reason) => log.warn({ reason }, 'a caller without a good certificate was refused'),
  });
  const metrics = createMetrics({ prefix: 'wasl_conformance_' });
  const ops = await startOpsServer({
    listen: options.opsListen,
    checks: {
      evidence: async () => {
        if (!evidence.writable()) throw new WaslError('evidence-unavailable');
      },
    },
    metrics,
  });
  log.info({ boot, listen: server.address, ops: ops.address }, 'the conformance suite takes adapters');
  return {
    address: server.address,
    opsAddress: ops.address,
    stop: async () => {
      await server.stop(STREAMS_END_MS);
      await evidence.close();
      members.close();
      await topic.stop();
      await ops.stop();
    },
  };
}
