import { encodeBatch, signBatch } from '../../kernel/batch.ts';
import type { Digest } from '../../kernel/digest.ts';
import { type EntryBody, writeEntry } from '../../kernel/evidence.ts';
import type { BootId, GatewayId } from '../../kernel/ids.ts';
import type { Signer } from '../../kernel/keys.ts';

/** The suite's own chain: entries go out one by one, in order; a few hundred a run need no group commit. */
export interface Evidence {
  /** MUST resolve with the receipt only once the entry is durable, as `publish` says it. */
  record(body: EntryBody, beside?: { readonly statement: string; readonly privatePart?: Uint8Array }): Promise<string>;
}

export const makeEvidence = (of: {
  readonly signer: Signer;
  readonly gateway: GatewayId;
  readonly boot: BootId;
  readonly origin: string;
  /** Makes a batch durable. */
  readonly publish: (key: string, batch: Uint8Array) => Promise<void>;
}): Evidence => {
  const { signer, gateway, boot, origin } = of;
  let sequence = 0;
  let previous: Digest | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const write = async (...[body, beside = undefined]: Parameters<Evidence['record']>): Promise<string> => {
    const written = writeEntry({ gateway, boot, sequence, previous, timeMs: Date.now(), body });
    const { batch, receipts } = await signBatch(signer, origin, [written], [beside ?? {}], Date.now());
    // COMMIT POINT. A crash after it leaves an entry whose offer nobody made; one whose fate is unknown ends the chain and the run.
    await of.publish(boot, encodeBatch(batch));
    sequence += 1;
    previous = written.digest;
    return receipts[0] ?? '';
  };
  return {
    record: (body, beside) => {
      const done = last.then(() => write(body, beside));
      last = done;
      return done;
    },
  };
};
