import { fromUtf8, utf8 } from '../../kernel/bytes.ts';
import type { Primitives, Signer } from '../../kernel/keys.ts';
import { type Entity, entityKey, signHead, signRecord, verifyHead, verifyRecord } from '../../kernel/registry.ts';
import type { Bus, BusRecord, TopicSpec } from '../../platform/bus/port.ts';
import { type Change, digestOfPublished, type Published } from '../domain/publication.ts';

export const REGISTRY_TOPIC: TopicSpec = { name: 'wasl.registry', partitions: 1, cleanup: 'compact', retentionMs: -1 };

export interface RegistryTopic {
  published(): Published;
  /** Writes a change and the head over it; with no change, the head alone, with a new time. Resolves with the head's version. */
  publish(change: Change, nowMs: number): Promise<number>;
}

/** Reads what stands on the topic (by our own key) and goes on from there. */
export const openRegistryTopic = async (bus: Bus, primitives: Primitives, signer: Signer): Promise<RegistryTopic> => {
  await bus.ensureTopics([REGISTRY_TOPIC]);
  let published = new Map<string, { record: string; entity: Entity }>();
  let version = 0;
  const reading = await bus.follow({
    topic: REGISTRY_TOPIC.name,
    from: 'beginning',
    handle: async ({ key, value }) => {
      if (value.length === 0) published.delete(key);
      else if (key === 'head') version = (await verifyHead(primitives, signer.publicJwk, fromUtf8(value))).version;
      else {
        const record = fromUtf8(value);
        published.set(key, { record, entity: await verifyRecord(primitives, signer.publicJwk, record) });
      }
    },
  });
  await reading.caughtUp;
  await reading.stop();

  return {
    published: () => published,
    publish: async ({ sign, withdraw }, nowMs) => {
      const next = new Map(published);
      const records: BusRecord[] = [];
      for (const entity of sign) {
        const record = await signRecord(signer, entity);
        next.set(entityKey(entity), { record, entity });
        records.push({ key: entityKey(entity), value: utf8(record) });
      }
      for (const key of withdraw) {
        next.delete(key);
        records.push({ key, value: new Uint8Array() });
      }
      const nextVersion = records.length > 0 ? version + 1 : version;
      const head = await signHead(signer, { version: nextVersion, timeMs: nowMs, digest: digestOfPublished(next) });
      // One call keeps the order: readers take a head only once they hold what it counts. When it rejects, what we hold stays as it was and
      // the next call writes the change again; a record written twice replaces itself.
      await bus.publish(REGISTRY_TOPIC.name, [...records, { key: 'head', value: utf8(head) }]);
      published = next;
      version = nextVersion;
      return version;
    },
  };
};
