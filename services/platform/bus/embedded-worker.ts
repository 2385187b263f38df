import { transaction } from '../store/index.ts';
import { append, backoff, readPage, type Shared } from './embedded-store.ts';
import type { BusMessage, GroupOptions, Handled } from './port.ts';
import { pause } from './wait.ts';

const COMMIT_MS = 50;
const POLL_MS = 500;

/** One partition as a member holds it, under the generation of its claim. */
export interface Claim {
  readonly partition: number;
  readonly generation: string;
  readonly next: bigint;
}

class Fenced extends Error {}

/** Works one claimed partition, in order, until stopped or fenced off; what was handled is committed before it resolves. */
export class Worker {
  readonly #stopping = new AbortController();
  readonly #lost = new AbortController();
  readonly done: Promise<void>;
  #next: bigint;
  #committed: bigint;
  #committedAt = Date.now();

  constructor(
    private readonly shared: Shared,
    private readonly options: GroupOptions,
    private readonly claim: Claim,
  ) {
    this.#next = claim.next;
    this.#committed = claim.next;
    this.done = this.#run();
  }

  /** Stops after the message in hand. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.done;
  }

  async #run(): Promise<void> {
    const { topic } = this.options;
    const signal = this.#stopping.signal;
    let failures = 0;
    while (!signal.aborted) {
      const woken = this.shared.wake(topic, { ms: POLL_MS, signal });
      try {
        const at = { topic, partition: this.claim.partition, from: this.#next };
        const { messages } = await readPage(this.shared.pool, at);
        for (const message of messages) {
          if (signal.aborted) break;
          await this.#take(message);
        }
        await this.#commit();
        failures = 0;
        if (messages.length === 0) await woken;
      } catch (error) {
        if (error instanceof Fenced) return this.#lost.abort();
        this.shared.log?.warn({ err: error, topic }, 'the log cannot be read; trying again');
        await pause(backoff(failures++), signal);
      }
    }
    // A commit that fails here costs a second delivery and no message.
    await this.#commit().catch(() => undefined);
  }

  async #take(message: BusMessage): Promise<void> {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt++) {
      const handled = await this.#handle(message);
      if (handled.kind === 'park') await this.#park(message, handled.reason);
      if (handled.kind !== 'retry') {
        this.#next = message.offset + 1n;
        if (handled.kind === 'park') this.#committed = this.#next;
        else if (Date.now() - this.#committedAt > COMMIT_MS) await this.#commit();
        return;
      }
      this.shared.log?.warn({ topic: message.topic, reason: handled.reason }, 'a message is tried again');
      await this.#commit();
      await pause(backoff(attempt), this.#stopping.signal);
    }
  }

  async #handle(message: BusMessage): Promise<Handled> {
    try {
      return await this.options.handle(message, this.#lost.signal);
    } catch (error) {
      return { kind: 'retry', reason: String(error) };
    }
  }

  async #park(message: BusMessage, reason: string): Promise<void> {
    const { topic, partition, offset, key, value } = message;
    const headers = {
      ...message.headers,
      'wasl-park-reason': reason,
      'wasl-park-topic': topic,
      'wasl-park-partition': String(partition),
      'wasl-park-offset': String(offset),
      'wasl-park-group': this.options.group,
    };
    await transaction(this.shared.pool, async (client) => {
      await append(client, this.options.parkingTopic, [{ key, value, headers }]);
      this.#fence(await client.query(COMMIT, this.#commitValues(offset + 1n)));
    });
    this.shared.announce(this.options.parkingTopic, [key]);
  }

  async #commit(): Promise<void> {
    const next = this.#next;
    if (next === this.#committed) return;
    this.#fence(await this.shared.pool.query(COMMIT, this.#commitValues(next)));
    this.#committed = next;
    this.#committedAt = Date.now();
  }

  #commitValues(next: bigint): unknown[] {
    const { topic, group } = this.options;
    return [topic, group, this.claim.partition, this.claim.generation, next.toString()];
  }

  #fence({ rowCount }: { rowCount: number | null }): void {
    if (rowCount !== 1) throw new Fenced('another member holds the partition now');
  }
}

const COMMIT = `update bus.group_offsets set next_offset = $5
  where topic = $1 and group_id = $2 and partition = $3 and generation = $4`;
