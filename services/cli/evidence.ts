import { gatewaySettings } from '../gateway/config.ts';
import { type Beside, batchSigner, decodeBatch, verifyBatch } from '../kernel/batch.ts';
import { type ChainFollower, followChain } from '../kernel/chain.ts';
import { unlessRefused, WaslError } from '../kernel/codes.ts';
import { buildCopy, type RegistryCopy } from '../kernel/copy.ts';
import type { Digest } from '../kernel/digest.ts';
import { type Entry, entryDigest, parseEntry } from '../kernel/evidence.ts';
import { openBus } from '../platform/bus/open.ts';
import type { Bus, Subscription } from '../platform/bus/port.ts';
import { readSettings } from '../platform/config/index.ts';
import { primitives } from '../platform/crypto/index.ts';
import { EVIDENCE_TOPIC } from '../platform/evidence/writer.ts';
import { readPins } from '../platform/identity/index.ts';
import { silentLogger } from '../platform/log/index.ts';
import { followRegistryTopic } from '../platform/registry/topic.ts';
import { GATEWAY, type Layout } from './development/layout.ts';
import { readState } from './state.ts';

/** An entry as read from the bus, and whether its batch is signed by its gateway and its chain goes on in it. */
export interface ReadEntry {
  readonly entry: Entry;
  readonly digest: Digest;
  readonly beside: Beside;
  readonly signature: 'good' | 'bad';
  readonly chain: 'whole' | 'fork' | 'gap';
}

export interface ReadEvidence {
  /** Each once, in the order of its time. */
  readonly entries: readonly ReadEntry[];
  /** Records of the topic that are no batch of entries. */
  readonly unreadable: number;
}

/** Reads the whole evidence of the bus behind a running `up`, trusting its writers in nothing: signatures by the registry's copy, chains followed. */
export const readEvidence = (layout: Layout): Promise<ReadEvidence> =>
  withBus(layout, async (bus) => readLog(bus, await readCopy(bus, layout)));

/** The whole registry of the bus behind a running `up`, verified. */
export const readRegistry = (layout: Layout): Promise<RegistryCopy> => withBus(layout, (bus) => readCopy(bus, layout));

const withBus = async <T>(layout: Layout, work: (bus: Bus) => Promise<T>): Promise<T> => {
  await readState(layout);
  const settings = await readSettings(gatewaySettings, { file: layout.config(GATEWAY), env: {} });
  const bus = await openBus(settings, silentLogger);
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
};

/** How long the registry's topic may take to give a whole state. */
const REGISTRY_MS = 10_000;

/** The registry's copy as an auditor builds it: by the roots pinned in the gateway's folder. */
export const readCopy = async (bus: Bus, layout: Layout): Promise<RegistryCopy> => {
  const { authority, audit } = await readPins(layout.gateway(GATEWAY));
  let follow: Promise<Subscription> | undefined;
  try {
    return await new Promise<RegistryCopy>((resolve, reject) => {
      setTimeout(() => reject(new WaslError('registry-unavailable')), REGISTRY_MS).unref();
      follow = followRegistryTopic(bus, (state) =>
        buildCopy(primitives, { authority, audit }, state).then(resolve, reject),
      );
      follow.catch(reject);
    });
  } finally {
    await (await follow)?.stop();
  }
};

/** What one record holds; undefined for bytes that are no batch of entries, which must not end the reading of the others. */
const readBatch = (value: Uint8Array) => {
  try {
    const batch = decodeBatch(value);
    return { batch, gateway: batchSigner(batch.statement).gateway, entries: batch.entries.map(parseEntry) };
  } catch (error) {
    return unlessRefused(error);
  }
};

/** The evidence as it stands on the bus by now. */
export const readLog = async (bus: Bus, copy: RegistryCopy): Promise<ReadEvidence> => {
  let unreadable = 0;
  const read: { readonly shownMs: number; readonly entry: ReadEntry }[] = [];
  const latest = new Map<string, number>();
  const chains = new Map<string, ChainFollower>();
  const following = await bus.follow({
    topic: EVIDENCE_TOPIC.name,
    from: 'beginning',
    handle: async ({ value }) => {
      const held = readBatch(value);
      if (held === undefined) {
        unreadable += 1;
        return;
      }
      const { batch } = held;
      const key = copy.gateway(held.gateway);
      const good =
        key !== undefined &&
        (await verifyBatch(primitives, key, batch).then(
          () => true,
          () => false,
        ));
      for (const [index, entry] of held.entries.entries()) {
        const bytes = batch.entries[index] as Uint8Array;
        const chain = chains.get(entry.boot) ?? followChain();
        chains.set(entry.boot, chain);
        const step = chain.take(entry, bytes);
        if (step.kind === 'duplicate') continue;
        // A clock that was set back does not put the entries of one boot out of their order.
        const shownMs = Math.max(latest.get(entry.boot) ?? 0, entry.timeMs);
        latest.set(entry.boot, shownMs);
        read.push({
          shownMs,
          entry: {
            entry,
            digest: entryDigest(bytes),
            beside: batch.beside[index] ?? {},
            signature: good ? 'good' : 'bad',
            chain: step.kind === 'new' ? 'whole' : step.kind,
          },
        });
      }
    },
  });
  await following.caughtUp;
  await following.stop();
  return { entries: read.sort((a, b) => a.shownMs - b.shownMs).map(({ entry }) => entry), unreadable };
};
