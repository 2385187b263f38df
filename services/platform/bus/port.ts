/** One record of the log. `key` orders: records of one topic with equal keys are read in the order they were written. */
export interface BusRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A record as read back, with its place: `offset` grows within (topic, partition), starting anywhere, gaps allowed. */
export interface BusMessage extends BusRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Wall time at which the log took the record, in ms since the epoch; informative only, never evidence. */
  readonly timeMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A topic as it must exist. Creating one that exists with the same cleanup policy and partitions is a no-op; a different one is an error. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** How long records are kept, in ms; -1 for ever. Compacted topics keep at least the latest record of each key. */
  readonly retentionMs: number;
}

/** What became of one message: `done` lets the group move on; `park` hands it to the parking topic first; `retry` delivers it again later. */
export type Handled =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'park'; readonly reason: string };

export interface GroupOptions {
  readonly topic: string;
  /** Consumer group id: members share the topic's partitions; the group's place survives every member. */
  readonly group: string;
  /** Where parked messages go, durable before the offset moves (value and key unchanged; headers gain `wasl-park-*`). Created when absent. */
  readonly parkingTopic: string;
  readonly handle: (message: BusMessage, signal: AbortSignal) => Promise<Handled>;
}

export interface FollowOptions {
  readonly topic: string;
  /** `sinceMs`: from the first record that the log took at or after this wall time. */
  readonly from: 'beginning' | 'end' | { readonly sinceMs: number };
  /** Records of this key are not wanted; they may come all the same. */
  readonly except?: string;
  /** Called in order per partition, one at a time; a rejection ends the following and is reported through `closed`. */
  readonly handle: (message: BusMessage) => void | Promise<void>;
}

/** A running subscription. `caughtUp` resolves once everything that was in the log when it started has been handled. */
export interface Subscription {
  readonly caughtUp: Promise<void>;
  /** Resolves after `stop()`, rejects with the fault that ended it. Loss of the bus is no fault: the subscription waits and resumes by itself. */
  readonly closed: Promise<void>;
  /** Stops after the message in hand; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/**
 * The bus: an append-only, partitioned log with consumer groups. Two implementations, `embedded` and `kafka`, one contract suite
 * (`test/contract/bus.ts`), which is the minimum.
 *
 * `publish` MUST resolve only when every record is durable (survives kill -9 and power loss of the server as configured), and MUST keep the order of
 * records with equal keys, within a call and between calls that were awaited. When it rejects, the fate of the records is unknown: they may
 * be in the log, once or more; the caller repeats the same bytes and readers drop equal duplicates by the ids inside. It MUST reject within
 * `publishTimeoutMs` while the bus is away, and MUST work again by itself after the bus has returned.
 * A group delivers at least once; no message is skipped, whatever a handler throws (a throw counts as `retry`).
 * `follow` reads all partitions without a group, from the beginning or the end, and goes on for ever.
 */
export interface Bus {
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  publish(topic: string, records: readonly BusRecord[]): Promise<void>;
  subscribe(options: GroupOptions): Promise<Subscription>;
  follow(options: FollowOptions): Promise<Subscription>;
  /** Rejects with a sentence when the bus cannot take a write now. */
  check(): Promise<void>;
  close(): Promise<void>;
}
