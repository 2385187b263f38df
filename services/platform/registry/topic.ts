import { fromUtf8 } from '../../kernel/bytes.ts';
import { unlessRefused } from '../../kernel/codes.ts';
import { type HeldRecord, headDigestOf, holdRecord, type RegistryState } from '../../kernel/copy.ts';
import { digestOverRecords } from '../../kernel/registry.ts';
import type { Bus, Subscription, TopicSpec } from '../bus/port.ts';
import { makeShelf } from './shelf.ts';

/** The registry's state: a record an entity, under the entity's key, and the head. */
export const REGISTRY_TOPIC: TopicSpec = { name: 'wasl.registry', partitions: 1, cleanup: 'compact', retentionMs: -1 };
/** The key of the head there; no entity has it. */
export const HEAD_KEY = 'head';

/**
 * Follows the registry's topic and tells each whole state: one whose head counts exactly the records held. While records of a change are
 * still on their way the state before it stands. What the log held at the start is told once, as its newest whole state. Verifies
 * nothing; that is for whoever makes a copy.
 */
export const followRegistryTopic = async (
  bus: Bus,
  onState: (state: RegistryState) => void | Promise<void>,
): Promise<Subscription> => {
  await bus.ensureTopics([REGISTRY_TOPIC]);
  const records = new Map<string, HeldRecord>();
  const shelve = makeShelf();
  let newest: RegistryState | undefined;
  let live = false;

  const take = (key: string, value: Uint8Array): RegistryState | undefined => {
    if (key !== HEAD_KEY) {
      if (value.length === 0) records.delete(key);
      else records.set(key, holdRecord(fromUtf8(value), live ? undefined : shelve));
      return undefined;
    }
    const head = fromUtf8(value);
    const held = [...records.values()];
    const digests = held.map(({ digest }) => digest).sort();
    return digestOverRecords(digests) === headDigestOf(head) ? { records: held, head, digests } : undefined;
  };

  const following = await bus.follow({
    topic: REGISTRY_TOPIC.name,
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
    return unlessRefused(error);
  }
};
