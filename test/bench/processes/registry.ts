import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { utf8 } from '../../../services/kernel/bytes.ts';
import type { Ask } from '../../../services/kernel/decide.ts';
import { decide, knownIn } from '../../../services/kernel/decide.ts';
import type { Thumbprint } from '../../../services/kernel/keys.ts';
import type { Bus } from '../../../services/platform/bus/port.ts';
import { primitives } from '../../../services/platform/crypto/index.ts';
import { silentLogger } from '../../../services/platform/log/index.ts';
import { NOTHING_TOLD, piecesOf } from '../../../services/platform/registry/changes.ts';
import { makeRegistryHolder } from '../../../services/platform/registry/holder.ts';
import { followRegistryTopic } from '../../../services/platform/registry/topic.ts';

/** What a gateway does with its registry, alone in a process: loads it from the topic's bytes, and decides under it. */
const [path = '', asked = '', authority = '', audit = ''] = process.argv.slice(2);

/** What the process holds once nothing is left to collect, on the heap and beside it, and what the machine gives it for that; bytes. */
const collect = async (): Promise<{ readonly held: number; readonly resident: number }> => {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
};

const AT_ONCE = 500;
let read = 0;
/** What the file itself takes is not the gateway's time. */
const feeding = { ms: 0, cpu: 0 };
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
/** The topic, a batch at a time: more of it in memory would be counted for the gateway's, or hide what is. */
const bus = {
  ensureTopics: async () => undefined,
  follow: async ({ handle }: Parameters<Bus['follow']>[0]) => {
    const lines = createInterface({ input: createReadStream(path) })[Symbol.asyncIterator]();
    const batch = async (): Promise<readonly { key: string; value: Uint8Array }[]> => {
      const [began, cpu] = [performance.now(), cpuMs()];
      const taken: { key: string; value: Uint8Array }[] = [];
      while (taken.length < AT_ONCE) {
        const { value: line, done } = await lines.next();
        if (done) break;
        const [key, text] = JSON.parse(line) as [string, string];
        taken.push({ key, value: utf8(text) });
      }
      feeding.ms += performance.now() - began;
      feeding.cpu += cpuMs() - cpu;
      return taken;
    };
    for (let taken = await batch(); taken.length > 0; taken = await batch()) {
      for (const { key, value } of taken) {
        read += value.length;
        await handle({ key, value, offset: 0n } as never);
      }
    }
    return { caughtUp: Promise.resolve(), closed: Promise.resolve(), stop: async () => undefined };
  },
} as unknown as Bus;

const pins = { authority: authority as Thumbprint, audit: audit as Thumbprint };
const holder = makeRegistryHolder(primitives, pins, silentLogger);
const before = await collect();
const [began, cpu] = [performance.now(), cpuMs()];
await followRegistryTopic(bus, (state) => holder.take(state));
await holder.first;
const loadMs = performance.now() - began - feeding.ms;
const loadCpuMs = cpuMs() - cpu - feeding.cpu;
const after = await collect();

const copy = holder.copy();
if (copy === undefined) throw new Error('no copy');

const asks = JSON.parse(await readFile(asked, 'utf8')) as Ask[];
const round = async (): Promise<number> => {
  let allowed = 0;
  const from = performance.now();
  for (let at = 0; at < 200_000; at += 1) {
    const ask = asks[at % asks.length] as Ask;
    const agreements = await copy.between(ask);
    const decision = decide(ask, {
      agreements,
      knows: knownIn(copy, ask.provider),
      usedToday: () => 0,
      nowMs: Date.now(),
    });
    if (decision.kind === 'allowed') allowed += 1;
  }
  if (allowed !== 200_000) throw new Error(`${allowed} of 200,000 were allowed: ${JSON.stringify(copy.problems[0])}`);
  return 200_000 / ((performance.now() - from) / 1000);
};
/** Milliseconds each. */
const timed = async (times: number, run: (at: number) => unknown): Promise<number> => {
  const from = performance.now();
  for (let at = 0; at < times; at += 1) await run(at);
  return (performance.now() - from) / times;
};
const toldMs = await timed(100, (at) => {
  const records = copy.relevantTo((asks[at] as Ask).requester);
  return [...piecesOf(NOTHING_TOLD, { records, digests: [], head: '' })].length;
});
// Each agreement's own signatures are verified when it is first asked for: not a decision's time.
const firstAskMs = await timed(asks.length, (at) => copy.between(asks[at] as Ask));
const decisions = [await round(), await round(), await round()];

process.stdout.write(
  `${JSON.stringify({
    loadMs,
    cpuMs: loadCpuMs,
    megabytes: (after.held - before.held) / 1e6,
    residentMegabytes: (after.resident - before.resident) / 1e6,
    megabytesOfText: read / 1e6,
    decisions,
    firstAskMs,
    toldMs,
  })}\n`,
);
process.exit();
