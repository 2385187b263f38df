import { fromUtf8, utf8 } from '../../kernel/bytes.ts';
import { WaslError } from '../../kernel/codes.ts';
import { readJws } from '../../kernel/jws.ts';
import { TYP } from '../../kernel/statements.ts';
import type { Bus } from '../../platform/bus/port.ts';
import type { Logger } from '../../platform/log/index.ts';
import { HEAD_KEY, REGISTRY_TOPIC } from '../../platform/registry/topic.ts';

export interface RegistryTopic {
  /** The version and digest of the head found at the start, whoever signed it; version 0 when there was none. */
  readonly found: { readonly version: number; readonly digest: string };
  /** Whether the topic may say something else than what we published: a write's fate is unknown, or somebody else wrote. */
  doubtful(): boolean;
  /** Makes the topic say these records (by key), and then the head over them. After a rejection call it again. */
  publish(records: ReadonlyMap<string, string>, head: string): Promise<void>;
  stop(): Promise<void>;
}

/** Reads what stands on the topic and goes on from there. Afterwards it watches, so that what somebody else writes is put right. */
export const openRegistryTopic = async ({ bus, log }: { bus: Bus; log: Logger }): Promise<RegistryTopic> => {
  await bus.ensureTopics([REGISTRY_TOPIC]);
  const stands = new Map<string, string>();
  /** Keys that we wrote without knowing the end of it. */
  const uncertain = new Set<string>();
  /** Keys that somebody else wrote, since what we published last. */
  const foreign = new Set<string>();
  const expected = new Set<string>();
  let reading = true;

  const watching = await bus.follow({
    topic: REGISTRY_TOPIC.name,
    from: 'beginning',
    handle: ({ key, value }) => {
      const text = textOf(value);
      if (reading) {
        stands.set(key, text);
        return;
      }
      if (expected.delete(`${key} ${text}`) || text === (stands.get(key) ?? '')) return;
      foreign.add(key);
      log.error({ key }, 'somebody else wrote to the registry; what it says is published again');
    },
  });
  watching.closed.catch((error: unknown) => log.error({ err: error }, 'the registry is no longer watched'));
  await watching.caughtUp;
  reading = false;

  return {
    found: headIn(stands.get(HEAD_KEY)),
    doubtful: () => uncertain.size > 0 || foreign.size > 0,
    stop: () => watching.stop(),
    publish: async (records, head) => {
      const doubted = new Set([...uncertain, ...foreign]);
      const differs = (key: string): boolean =>
        doubted.has(key) || (stands.get(key) ?? '') !== (records.get(key) ?? '');
      const keys = new Set([...stands.keys(), ...records.keys(), ...doubted]);
      keys.delete(HEAD_KEY);
      const changed = [...keys].filter(differs).map((key) => ({ key, text: records.get(key) ?? '' }));
      const messages = [...changed, { key: HEAD_KEY, text: head }];
      // What is noticed from here on, while we write, is put right the next time.
      foreign.clear();
      uncertain.clear();
      for (const { key, text } of messages) {
        uncertain.add(key);
        expected.add(`${key} ${text}`);
        stands.set(key, text);
      }
      // COMMIT POINT. One batch after the other keeps the order: readers take a head only once they hold what it counts. A crash or a rejection
      // leaves some of it on the topic at most, under a head that does not count it: readers keep the state before, and we write the same again.
      for (const batch of batchesOf(messages)) {
        await bus.publish(
          REGISTRY_TOPIC.name,
          batch.map(({ key, text }) => ({ key, value: utf8(text) })),
        );
      }
      uncertain.clear();
    },
  };
};

/** Below what a broker takes at once by its own defaults (1 MiB), in their order. */
const BATCH_CHARACTERS = 700 * 1024;

const batchesOf = <T extends { readonly key: string; readonly text: string }>(messages: readonly T[]): T[][] => {
  const batches: T[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const own = message.key.length + message.text.length;
    if (size + own > BATCH_CHARACTERS) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)?.push(message);
    size += own;
  }
  return batches;
};

/** A head by a former key counts too: whoever saw it refuses a smaller version. */
const headIn = (text = ''): { version: number; digest: string } => {
  if (text === '') return { version: 0, digest: '' };
  try {
    const { version, digest } = readJws(text, TYP.registryHead).payload;
    const good = typeof version === 'number' && Number.isSafeInteger(version) && version >= 0;
    return { version: good ? version : 0, digest: String(digest) };
  } catch (error) {
    if (!(error instanceof WaslError)) throw error;
    return { version: 0, digest: '' };
  }
};

const textOf = (value: Uint8Array): string => {
  try {
    return fromUtf8(value);
  } catch {
    return 'not text';
  }
};
