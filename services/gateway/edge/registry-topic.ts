import { fromUtf8 } from '../../kernel/bytes.ts';
import { headDigestOf, type RegistryState } from '../../kernel/copy.ts';
import { digestOverRecords, recordDigest } from '../../kernel/registry.ts';
import type { Bus, Subscription } from '../../platform/bus/port.ts';

const TOPIC = 'wasl.registry';

/**
 * Follows the registry's topic and tells each whole state: one whose head counts exactly the records held. While records of a change are
 * still on their way the state before it stands. Verifies nothing; that is for whoever makes a copy.
 */
export const followRegistryTopic = async (
  bus: Bus,
  onState: (state: RegistryState) => void | Promise<void>,
): Promise<Subscription> => {
  await bus.ensureTopics([{ name: TOPIC, partitions: 1, cleanup: 'compact', retentionMs: -1 }]);
  const records = new Map<string, string>();
  let head: string | undefined;
  return bus.follow({
    topic: TOPIC,
    from: 'beginning',
    handle: async ({ key, value }) => {
      if (key === 'head') head = fromUtf8(value);
      else if (value.length === 0) records.delete(key);
      else records.set(key, fromUtf8(value));
      if (head === undefined) return;
      const held = [...records.values()];
      const digests = held.map(recordDigest).sort();
      if (digestOverRecords(digests) === headDigestOf(head)) await onState({ records: held, head, digests });
    },
  });
};
