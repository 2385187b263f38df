import { WaslError } from '../../kernel/codes.ts';
import type { Digest } from '../../kernel/digest.ts';
import type { Signer } from '../../kernel/keys.ts';
import {
  digestOverRecords,
  type Entity,
  entityKey,
  readRecord,
  recordDigest,
  signHead,
  signRecord,
  verifyRecord,
} from '../../kernel/registry.ts';
import { primitives } from '../../platform/crypto/index.ts';
import type { Logger } from '../../platform/log/index.ts';
import { type Pool, type PoolClient, transaction } from '../../platform/store/index.ts';
import type { Standing } from '../domain/standing.ts';
import { readHeld, readVersion, writeRecords } from './store/entities.ts';
import type { RegistryTopic } from './topic.ts';

/** A record and the head fit into one batch of a broker with Kafka's own defaults (1 MiB). */
const MAX_RECORD_CHARACTERS = 640 * 1024;

export interface RegistryState {
  standing(): Standing;
  version(): number;
  /** Time of the newest head on the topic, ms; 0 before the first. */
  headAtMs(): number;
  /**
   * Runs one change after the other: `work` sees what stands and says which entities replace theirs; what it writes itself stands or falls with
   * them. Resolves with the version of the head that speaks for it once that is on the topic. `store-unavailable` when the bus takes no
   * writes: the change is kept, and goes out once it does.
   */
  change(work: (standing: Standing, client: PoolClient) => Promise<readonly Entity[]>): Promise<number>;
  /** Signs the head anew, and puts right what the topic says wrongly. */
  renew(): Promise<void>;
}

interface Parts {
  readonly store: Pool;
  readonly topic: RegistryTopic;
  readonly signer: Signer;
  readonly log: Logger;
  /** Told of entities once they stand; never rejects. */
  changed(entities: readonly Entity[]): Promise<void>;
}

/**
 * Takes up the state from the database. `registry-rollback` when the topic has seen a later one: a database restored from a backup would take
 * back what everybody has read. Records by another key of ours are signed anew.
 */
export const openState = async ({ store, topic, signer, log, changed: told }: Parts): Promise<RegistryState> => {
  const held = await readHeld(store);
  const forked = topic.found.version === held.version && held.version > 0 && topic.found.digest !== held.digest;
  if (topic.found.version > held.version || forked) throw new WaslError('registry-rollback');

  let { version } = held;
  let records = held.records;
  const entities = new Map<string, Entity>();
  const take = (read: ReadonlyMap<string, string>): void => {
    records = read;
    entities.clear();
    for (const [key, record] of records) {
      try {
        entities.set(key, readRecord(record));
      } catch (error) {
        if (!(error instanceof WaslError)) throw error;
        log.error({ key, code: error.code }, 'a record cannot be read; it stands as it is');
      }
    }
  };
  take(held.records);
  let headAtMs = 0;
  /** Another registry over this database, or a commit whose answer was lost: what the database says is what stands. */
  const catchUp = async (): Promise<void> => {
    if ((await readVersion(store)) === version) return;
    const now = await readHeld(store);
    log.warn({ from: version, to: now.version }, 'the database is ahead of this registry; its state is taken');
    version = now.version;
    take(now.records);
  };

  const publish = async (): Promise<void> => {
    const nowMs = Date.now();
    const digest = digestOf(records);
    await topic.publish(records, await signHead(signer, { version, timeMs: nowMs, digest }));
    headAtMs = nowMs;
  };
  const write = async (work: (client: PoolClient) => Promise<readonly Entity[]>): Promise<readonly Entity[]> => {
    let next = records;
    const changed = await transaction(store, async (client) => {
      const decided = await work(client);
      if (decided.length === 0) return decided;
      const signed = new Map<string, string>();
      for (const entity of decided) {
        const record = await signRecord(signer, entity);
        // What no reader could take must not stand: it would end the next start, or never go out.
        if (record.length > MAX_RECORD_CHARACTERS)
          throw new WaslError('message-too-large', { limit: MAX_RECORD_CHARACTERS });
        readRecord(record);
        signed.set(entityKey(entity), record);
      }
      next = new Map([...records, ...signed]);
      await writeRecords(client, { from: version, digest: digestOf(next), records: signed });
      return decided;
    });
    // COMMIT POINT. From here on the state has this version; a crash before the topic has it is mended by the next start.
    if (changed.length > 0) version += 1;
    records = next;
    for (const entity of changed) entities.set(entityKey(entity), entity);
    return changed;
  };

  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last
      .catch(() => undefined)
      .then(catchUp)
      .then(work);
    last = done;
    return done;
  };
  await inTurn(async () => {
    const foreign: Entity[] = [];
    for (const [key, record] of records) {
      const good = await verifyRecord(primitives, signer.publicJwk, record).catch(() => undefined);
      const entity = entities.get(key);
      if (good === undefined && entity !== undefined) foreign.push(entity);
    }
    if (foreign.length === 0) return;
    log.warn({ records: foreign.length }, 'records of another key are signed anew');
    await write(async () => foreign);
  });

  return {
    standing: () => entities,
    version: () => version,
    headAtMs: () => headAtMs,
    change: (work) =>
      inTurn(async () => {
        const changed = await write((client) => work(entities, client));
        if (changed.length === 0) return version;
        log.info({ version, changed: changed.map(entityKey) }, 'the registry has changed');
        await told(changed);
        await publish().catch((cause: unknown) => {
          throw new WaslError(
            'store-unavailable',
            { what: 'the bus takes no writes; the change goes out later' },
            { cause },
          );
        });
        return version;
      }),
    renew: () => inTurn(publish),
  };
};

const digestOf = (records: ReadonlyMap<string, string>): Digest =>
  digestOverRecords([...records.values()].map(recordDigest));
