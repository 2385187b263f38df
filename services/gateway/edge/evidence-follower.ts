import { batchSigner, decodeBatch, verifyBatch } from '../../kernel/batch.ts';
import { WaslError } from '../../kernel/codes.ts';
import { parseEntry } from '../../kernel/evidence.ts';
import type { BootId } from '../../kernel/ids.ts';
import type { Primitives } from '../../kernel/keys.ts';
import type { Bus, Subscription } from '../../platform/bus/port.ts';
import { EVIDENCE_TOPIC } from '../../platform/evidence/writer.ts';
import type { Logger } from '../../platform/log/index.ts';
import type { Deliveries } from '../domain/deliveries.ts';
import type { HoldCopy } from '../domain/ports.ts';
import type { Quota } from '../domain/quota.ts';

/** Two days: more than one calendar day in any time zone, and its edges. */
const BACK_MS = 48 * 3_600_000;

/**
 * Counts the quota that all gateways (and earlier boots of this one) have used, and notes what they delivered, from their evidence. This
 * boot's own entries are counted as they are decided. A repeated batch is counted once. What cannot be verified counts for nothing, and is said.
 */
export async function followEvidence(parts: {
  readonly bus: Bus;
  readonly primitives: Primitives;
  readonly copy: HoldCopy;
  readonly quota: Quota;
  readonly deliveries: Deliveries;
  readonly boot: BootId;
  readonly log: Logger;
  readonly now: () => number;
}): Promise<Subscription> {
  const { bus, primitives, copy, quota, deliveries, boot, log, now } = parts;
  const counted = new Map<string, number>();
  return bus.follow({
    topic: EVIDENCE_TOPIC.name,
    from: { sinceMs: now() - BACK_MS },
    except: boot,
    handle: async ({ key, value, partition, offset }) => {
      if (key === boot) return;
      try {
        const batch = decodeBatch(value);
        const signer = copy()?.gateway(batchSigner(batch.statement).gateway);
        if (signer === undefined) throw new WaslError('unknown-key');
        const statement = await verifyBatch(primitives, signer, batch);
        const next = counted.get(statement.boot) ?? -1;
        if (statement.first <= next) return;
        counted.set(statement.boot, statement.first + statement.size - 1);
        for (const bytes of batch.entries) {
          const { body, timeMs } = parseEntry(bytes);
          if (body.kind === 'requested') quota.count(body.agreement, timeMs);
          deliveries.see(body, timeMs);
        }
      } catch (error) {
        if (!(error instanceof WaslError)) throw error;
        log.error({ code: error.code, partition, offset: offset.toString() }, 'a batch of evidence does not verify');
      }
    },
  });
}
