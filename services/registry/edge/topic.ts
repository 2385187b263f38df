import { fromUtf8, utf8 } from '../../kernel/bytes.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { Digest } from '../../kernel/digest.ts';
import { readJws } from '../../kernel/jws.ts';
import type { Primitives, Signer } from '../../kernel/keys.ts';
import { type Entity, entityKey, signHead, signRecord, verifyHead, verifyRecord } from '../../kernel/registry.ts';
import { TYP } from '../../kernel/statements.ts';
import type { Bus, TopicSpec } from '../../platform/bus/port.ts';
import type { Logger } from '../../platform/log/index.ts';
import { type Change, digestOfPublished, type Published } from '../domain/publication.ts';

export const REGISTRY_TOPIC: TopicSpec = { name: 'wasl.registry', partitions: 1, cleanup: 'compact', retentionMs: -1 };
const HEAD = 'head';

export interface RegistryTopic {
  published(): Published;
  /** Whether the topic may say something else than what we published: a write's fate is unknown, or somebody else wrote. */
  doubtful(): boolean;
  /** Writes a change, what is doubtful, and the head over it all. Resolves with the head's version; after a rejection call it again. */
  publish(change: Change, nowMs: number): Promise<number>;
  stop(): Promise<void>;
}

interface Parts {
  readonly bus: Bus;
  readonly primitives: Primitives;
  readonly signer: Signer;
  readonly log: Logger;
}

/**
 * Takes up what stands on the topic and goes on from there. Records by another key (a former one of ours, or anybody's) are doubtful: they are
 * signed anew or withdrawn. Afterwards it watches, so that what somebody else writes is put right.
 */
export const openRegistryTopic = async ({ bus, primitives, signer, log }: Parts): Promise<RegistryTopic> => {
  await bus.ensureTopics([REGISTRY_TOPIC]);
  const found = new Map<string, string>();
  let reading = true;
  let published = new Map<string, { record: string; entity: Entity }>();
  let headText = '';
  /** Keys that somebody else wrote, and keys that we wrote without knowing the end of it. */
  const foreign = new Set<string>();
  const uncertain = new Set<string>();
  const expected = new Set<string>();

  const watching = await bus.follow({
    topic: REGISTRY_TOPIC.name,
    from: 'beginning',
    handle: ({ key, value }) => {
      const text = textOf(value);
      if (reading) {
        found.set(key, text);
        return;
      }
      const stands = key === HEAD ? headText : (published.get(key)?.record ?? '');
      if (expected.delete(`${key} ${text}`) || text === stands) return;
      foreign.add(key);
      log.error({ key }, 'somebody else wrote to the registry; what it says is published again');
    },
  });
  watching.closed.catch((error: unknown) => log.error({ err: error }, 'the registry is no longer watched'));
  await watching.caughtUp;
  reading = false;

  let { version, digest } = await headIn(primitives, signer, found.get(HEAD));
  found.delete(HEAD);
  for (const [key, record] of found) {
    if (record === '') continue;
    const entity = await verifyRecord(primitives, signer.publicJwk, record).catch(notOurs);
    if (entity !== undefined && entityKey(entity) === key) published.set(key, { record, entity });
    else foreign.add(key);
  }

  return {
    published: () => published,
    doubtful: () => foreign.size + uncertain.size > 0,
    stop: () => watching.stop(),
    publish: async ({ sign, withdraw }, nowMs) => {
      const next = new Map(published);
      for (const entity of sign) next.set(entityKey(entity), { record: await signRecord(signer, entity), entity });
      for (const key of withdraw) next.delete(key);
      const changed = new Set([...foreign, ...uncertain, ...sign.map(entityKey), ...withdraw]);
      const written = [...changed].filter((key) => key !== HEAD);
      // A version belongs to one state for ever, so also when the fate of its writing is unknown.
      const nextDigest = digestOfPublished(next);
      const nextVersion = nextDigest === digest ? version : version + 1;
      const head = await signHead(signer, { version: nextVersion, timeMs: nowMs, digest: nextDigest });
      const records = [
        ...written.map((key) => ({ key, text: next.get(key)?.record ?? '' })),
        { key: HEAD, text: head },
      ];
      published = next;
      version = nextVersion;
      digest = nextDigest;
      headText = head;
      foreign.clear();
      for (const { key, text } of records) {
        uncertain.add(key);
        expected.add(`${key} ${text}`);
      }
      // COMMIT POINT. One call keeps the order: readers take a head only once they hold what it counts. A crash or a rejection leaves some of
      // it on the topic at most, under a head that does not count it: readers keep the state before, and we write the same bytes again.
      await bus.publish(
        REGISTRY_TOPIC.name,
        records.map(({ key, text }) => ({ key, value: utf8(text) })),
      );
      uncertain.clear();
      return version;
    },
  };
};

/** Where a former run left off. A head by a former key still counts for its version: whoever saw it refuses a smaller one. */
const headIn = async (
  primitives: Primitives,
  signer: Signer,
  text = '',
): Promise<{ version: number; digest: Digest | undefined }> => {
  if (text === '') return { version: 0, digest: undefined };
  const head = await verifyHead(primitives, signer.publicJwk, text).catch(notOurs);
  return head ?? { version: claimedVersion(text), digest: undefined };
};

const claimedVersion = (text: string): number => {
  try {
    const { version } = readJws(text, TYP.registryHead).payload;
    return typeof version === 'number' && version >= 0 && version < 2 ** 52 ? Math.floor(version) : 0;
  } catch (error) {
    return notOurs(error) ?? 0;
  }
};

const notOurs = (error: unknown): undefined => {
  if (!(error instanceof WaslError)) throw error;
};

const textOf = (value: Uint8Array): string => {
  try {
    return fromUtf8(value);
  } catch {
    return 'not text';
  }
};
