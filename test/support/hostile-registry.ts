import { join } from 'node:path';
import { fromUtf8, utf8 } from '../../services/kernel/bytes.ts';
import { readJws } from '../../services/kernel/jws.ts';
import {
  digestOverRecords,
  type Entity,
  entityKey,
  readRecord,
  recordDigest,
  signHead,
  signRecord,
} from '../../services/kernel/registry.ts';
import { TYP } from '../../services/kernel/statements.ts';
import type { Bus } from '../../services/platform/bus/port.ts';
import { loadSigner } from '../../services/platform/crypto/index.ts';
import { HEAD_KEY, REGISTRY_TOPIC } from '../../services/platform/registry/topic.ts';
import type { Exchange } from './exchange.ts';

/** Whoever owns the registry's key, and writes to its topic what he likes. */
export interface HostileRegistry {
  /** What stands on the topic. */
  readonly entities: readonly Entity[];
  /** Publishes these in place of what stands there under the same keys, and leaves out the keys given; resolves with the new version. */
  publish(changed: readonly Entity[], withdrawn?: readonly string[], timeMs?: number): Promise<number>;
  /** Makes this part of the honest state. */
  keep(changed: Entity): Promise<void>;
  /** Puts the honest state back. */
  restore(): Promise<number>;
}

export const stealRegistry = async (bus: Bus, { layout }: Exchange): Promise<HostileRegistry> => {
  const key = await loadSigner(join(layout.registry, 'signing.jwk'));
  const honest = new Map<string, string>();
  let version = 0;
  const reading = await bus.follow({
    topic: REGISTRY_TOPIC.name,
    from: 'beginning',
    handle: ({ key: name, value }) => {
      const text = fromUtf8(value);
      if (name !== HEAD_KEY) honest.set(name, text);
      else version = Number(readJws(text, TYP.registryHead).payload.version);
    },
  });
  await reading.caughtUp;
  await reading.stop();
  let standing = new Map(honest);

  const write = async (next: Map<string, string>, timeMs: number): Promise<number> => {
    version += 1;
    const digest = digestOverRecords([...next.values()].map(recordDigest));
    const head = await signHead(key, { version, timeMs, digest });
    const gone = [...standing.keys()].filter((name) => !next.has(name));
    const changed = [...next].filter(([name, text]) => standing.get(name) !== text);
    await bus.publish(REGISTRY_TOPIC.name, [
      ...gone.map((name) => ({ key: name, value: new Uint8Array() })),
      ...changed.map(([name, text]) => ({ key: name, value: utf8(text) })),
      { key: HEAD_KEY, value: utf8(head) },
    ]);
    standing = next;
    return version;
  };
  return {
    entities: [...honest.values()].map(readRecord),
    publish: async (changed, withdrawn = [], timeMs = Date.now()) => {
      const next = new Map(honest);
      for (const entity of changed) next.set(entityKey(entity), await signRecord(key, entity));
      for (const name of withdrawn) next.delete(name);
      return write(next, timeMs);
    },
    keep: async (changed) => void honest.set(entityKey(changed), await signRecord(key, changed)),
    restore: () => write(new Map(honest), Date.now()),
  };
};
