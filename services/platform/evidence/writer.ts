import { setTimeout as wait } from 'node:timers/promises';
import { type Batch, type Beside, encodeBatch, signBatch } from '../../kernel/batch.ts';
import { WaslError } from '../../kernel/codes.ts';
import type { Digest } from '../../kernel/digest.ts';
import { type EntryBody, type WrittenEntry, writeEntry } from '../../kernel/evidence.ts';
import type { BootId, GatewayId } from '../../kernel/ids.ts';
import type { Signer } from '../../kernel/keys.ts';
import type { Bus, TopicSpec } from '../bus/port.ts';
import type { Logger } from '../log/index.ts';

/** Evidence is kept for ever; its key is the boot, so that each boot's chain is read in order. */
export const EVIDENCE_TOPIC: TopicSpec = { name: 'wasl.evidence', partitions: 4, cleanup: 'delete', retentionMs: -1 };

/** One bus record at most: well below Kafka's 1 MiB (`max.message.bytes`) after base64. */
const BATCH = { entries: 256, bytes: 384 * 1024 };
/** After a commit of this many or more the next one waits a little for company; an entry that comes alone waits for nobody. */
const CROWD = 4;
const LINGER_MS = 10;
const RETRY_MS = { least: 50, most: 2_000 };

export interface EvidenceOptions {
  readonly bus: Pick<Bus, 'publish'>;
  readonly signer: Signer;
  readonly gateway: GatewayId;
  readonly boot: BootId;
  readonly origin: string;
  readonly log: Logger;
  readonly now: () => number;
  /** A write that is not known to be durable after this many ms is given up by whoever waits for it. */
  readonly patienceMs: number;
  /** Told of each group commit. */
  readonly onCommit?: (commit: { readonly entries: number; readonly tookMs: number }) => void;
}

export interface EvidenceWriter {
  /** Resolves with the receipt once the entry is durable; `evidence-unavailable` when that is not known in time. */
  record(body: EntryBody, beside?: Beside): Promise<string>;
  /** Whether the last write went through; while it does not, new ones are refused at once. */
  writable(): boolean;
  /** Writes what waits and the entry `closed`; waits at most `patienceMs`. */
  close(): Promise<void>;
}

interface Waiting {
  readonly body: EntryBody;
  readonly beside: Beside;
  readonly settle: (receipt: string) => void;
  gone: boolean;
}

/**
 * Opens this boot's chain with the entry `opened`, durable when it resolves. One group commit is under way at a time: entries that come
 * meanwhile form the next. A commit whose fate is unknown is repeated with the same bytes until it is known, since the chain
 * can only go on from it.
 */
export async function openEvidence(options: EvidenceOptions): Promise<EvidenceWriter> {
  const { bus, signer, gateway, boot, origin, log, now, patienceMs } = options;
  const queue: Waiting[] = [];
  const closing = new AbortController();
  let sequence = 0;
  let previous: Digest | null = null;
  let failing = false;
  let writing: Promise<void> | undefined;

  const take = (): Waiting[] => {
    const taken: Waiting[] = [];
    let bytes = 0;
    while (taken.length < BATCH.entries && bytes < BATCH.bytes) {
      const next = queue.shift();
      if (next === undefined) break;
      // Whoever gave up before the entry was made has been told so; it is never written.
      if (next.gone) continue;
      taken.push(next);
      bytes += 2_000 + (next.beside.statement?.length ?? 0) + (next.beside.privatePart?.length ?? 0) * 1.4;
    }
    return taken;
  };

  const link = (taken: readonly Waiting[]): WrittenEntry[] =>
    taken.map(({ body }) => {
      const written = writeEntry({ gateway, boot, sequence, previous, timeMs: now(), body });
      sequence += 1;
      previous = written.digest;
      return written;
    });

  const publish = async (batch: Batch): Promise<void> => {
    const value = encodeBatch(batch);
    for (let wait = RETRY_MS.least; ; wait = Math.min(wait * 2, RETRY_MS.most)) {
      try {
        await bus.publish(EVIDENCE_TOPIC.name, [{ key: boot, value }]);
        failing = false;
        return;
      } catch (error) {
        if (!failing) log.error({ err: error, sequence }, 'evidence cannot be written; the same bytes are tried again');
        failing = true;
        if (closing.signal.aborted) throw error;
        await pause(wait * (0.5 + Math.random() / 2), closing.signal);
      }
    }
  };

  const drain = async (): Promise<void> => {
    try {
      for (let taken = take(); taken.length > 0; taken = take()) {
        const started = performance.now();
        const { batch, receipts } = await signBatch(
          signer,
          origin,
          link(taken),
          taken.map(({ beside }) => beside),
          now(),
        );
        await publish(batch);
        options.onCommit?.({ entries: taken.length, tookMs: performance.now() - started });
        for (const [index, waiting] of taken.entries()) waiting.settle(receipts[index] as string);
        if (taken.length >= CROWD) await pause(LINGER_MS, closing.signal);
      }
    } catch (error) {
      // An entry was linked and is not written: nothing may follow it. A new boot opens a new chain.
      failing = true;
      log.error({ err: error }, 'the chain of evidence ends here');
    } finally {
      // In the very turn in which nothing waited any more: what comes after it must wake a drain of its own.
      writing = undefined;
    }
  };

  const wake = (): void => {
    writing ??= Promise.resolve().then(drain);
  };

  const record = (body: EntryBody, beside: Beside = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const waiting: Waiting = {
        body,
        beside,
        gone: false,
        settle: (receipt) => {
          clearTimeout(timer);
          resolve(receipt);
        },
      };
      const giveUp = (): void => {
        waiting.gone = true;
        reject(new WaslError('evidence-unavailable'));
      };
      const timer = setTimeout(giveUp, patienceMs);
      if (failing) {
        clearTimeout(timer);
        return giveUp();
      }
      queue.push(waiting);
      wake();
    });

  await record({ kind: 'opened', origin });
  return {
    record,
    writable: () => !failing,
    close: async () => {
      await record({ kind: 'closed' }).catch(() => undefined);
      closing.abort();
      await writing;
    },
  };
}

/** Resolves after `ms`, or when the signal aborts. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined);
