import { fromUtf8 } from '../../kernel/bytes.ts';
import { WaslError } from '../../kernel/codes.ts';
import { type HeldRecord, headDigestOf, holdRecord, type RegistryState } from '../../kernel/copy.ts';
import { digestOverRecords } from '../../kernel/registry.ts';
import type { Bus, Subscription } from '../bus/port.ts';

const TOPIC = 'wasl.registry';

/**
 * Follows the registry's topic and tells each whole state: one whose head counts exactly the records held. While records of a change are
 * still on their way the state before it stands. What the log held at the start is told once, as its newest whole state. Verifies
 * nothing; that is for whoever makes a copy.
 */
export const followRegistryTopic = async (
  bus: Bus,
  onState: (state: RegistryState) => void | Promise<void>,
): Promise<Subscription> => {
  await bus.ensureTopics([{ name: TOPIC, partitions: 1, cleanup: 'compact', retentionMs: -1 }]);
  const records = new Map<string, HeldRecord>();
  let newest: RegistryState | undefined;
  let live = false;

  const take = (key: string, value: Uint8Array): RegistryState | undefined => {
    if (key !== 'head') {
      if (value.length === 0) records.delete(key);
      else records.set(key, holdRecord(fromUtf8(value)));
      return undefined;
    }
    const head = fromUtf8(value);
    const held = [...records.values()];
    const digests = held.map(({ digest }) => digest).sort();
    return digestOverRecords(digests) === headDigestOf(head) ? { records: held, head, digests } : undefined;
  };

  const following = await bus.follow({
    topic: TOPIC,
    from: 'beginning',
    handle: async ({ key, value }) => {
      const state = tryTake(() => take(key, value));
      if (state === undefined) return;
      newest = state;
      if (live) await onState(state);
    },
  });
  following.caughtUp.then(
    () => {
      live = true;
      return newest === undefined ? undefined : onState(newest);
    },
    // Whatever ended the following is told by `closed`.
    () => undefined,
  );
  return following;
};

/** Bytes that are no record must not end the following: what the registry writes next is read all the same. */
const tryTake = (take: () => RegistryState | undefined): RegistryState | undefined => {
  try {
    return take();
  } catch (error) {
    if (error instanceof WaslError) return undefined;
    throw error;
  }
};
