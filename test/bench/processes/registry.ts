import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { utf8 } from '../../../services/kernel/bytes.ts';
import type { Ask } from '../../../services/kernel/decide.ts';
import { decide } from '../../../services/kernel/decide.ts';
import type { Thumbprint } from '../../../services/kernel/keys.ts';
import type { Bus } from '../../../services/platform/bus/port.ts';
import { primitives } from '../../../services/platform/crypto/index.ts';
import { silentLogger } from '../../../services/platform/log/index.ts';
import { makeRegistryHolder } from '../../../services/platform/registry/holder.ts';
import { followRegistryTopic } from '../../../services/platform/registry/topic.ts';

/** What a gateway does with its registry, alone in a process: loads it from the topic's bytes, and decides under it. */
const [path = '', asked = '', authority = '', audit = ''] = process.argv.slice(2);

/** Heap in use once nothing is left to collect. */
const collect = async (): Promise<number> => {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed;
};

const lines: { key: string; value: Uint8Array }[] = [];
for await (const line of createInterface({ input: createReadStream(path) })) {
  const [key, text] = JSON.parse(line) as [string, string];
  lines.push({ key, value: utf8(text) });
}
const before = await collect();
let read = 0;
/** The topic, whose bytes are in memory: what is measured is ours alone. */
const bus = {
  ensureTopics: async () => undefined,
  follow: async ({ handle }: Parameters<Bus['follow']>[0]) => {
    for (const [at, { key, value }] of lines.entries()) {
      read += value.length;
      await handle({ key, value, offset: BigInt(at) } as never);
      lines[at] = { key: '', value: new Uint8Array() };
    }
    return { caughtUp: Promise.resolve(), closed: Promise.resolve(), stop: async () => undefined };
  },
} as unknown as Bus;

const pins = { authority: authority as Thumbprint, audit: audit as Thumbprint };
const holder = makeRegistryHolder(primitives, pins, silentLogger);
const [began, cpu] = [performance.now(), process.cpuUsage()];
await followRegistryTopic(bus, (state) => holder.take(state));
await holder.first;
const loadMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
const bytes = (await collect()) - before;

const copy = holder.copy();
if (copy === undefined) throw new Error('no copy');

const asks = JSON.parse(await readFile(asked, 'utf8')) as Ask[];
const knows = {
  agency: (id: string) => copy.agency(id)?.status,
  documentType: (type: string, version: number) => copy.documentType(type, version) !== undefined,
};
const round = async (): Promise<number> => {
  let allowed = 0;
  const from = performance.now();
  for (let at = 0; at < 200_000; at += 1) {
    const ask = asks[at % asks.length] as Ask;
    const agreements = await copy.between(ask);
    const decision = decide(ask, { agreements, knows, usedToday: () => 0, nowMs: Date.now() });
    if (decision.kind === 'allowed') allowed += 1;
  }
  if (allowed !== 200_000) throw new Error(`${allowed} of 200,000 were allowed: ${JSON.stringify(copy.problems[0])}`);
  return 200_000 / ((performance.now() - from) / 1000);
};
// Each agreement's own signatures are verified when it is first asked for: not a decision's time.
await round();
const decisions = [await round(), await round(), await round()];

process.stdout.write(
  `${JSON.stringify({ loadMs, cpuMs: (user + system) / 1_000, megabytes: bytes / 1e6, megabytesOfText: read / 1e6, decisions })}\n`,
);
process.exit();
