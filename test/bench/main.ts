import { parseArgs } from 'node:util';
import { measureRates } from './exchange.ts';
import { machine, type Scenario, tableOf } from './figures.ts';
import { floorList } from './floor/list.ts';
import { measureLatency } from './latency.ts';
import { measureMemory } from './memory.ts';
import { profileTable, takeProfile } from './profile.ts';
import { measurePropagation } from './propagation.ts';
import { measureRegistry } from './registry.ts';
import { sweepSizes } from './sweep.ts';
import { type BusChoice, type End, startWorld } from './world.ts';
import { startYardsticks } from './yardsticks.ts';

const USAGE = `npm run bench -- registry [--json] [--agreements N]
  a registry of N agreements (50,000 unless told), N/10 document types and N/50 agencies loads in a gateway, which decides under it;
  and how soon a change of a small one reaches 20 gateways

npm run bench -- exchange [--bus embedded|kafka] [--brokers host:port,…] [--json] [--seconds N] [--warm N]
  without more: the exchange beside its yardsticks, its latencies, documents of several sizes, and the floor's list
  --floor    the exchange beside its yardsticks, and the floor's list
  --sweep    documents of several sizes alone
  --profile  the exchange alone, and where its time goes
  --memory   resident sizes after 20,000 and 100,000 exchanges (--exchanges N for another end); shows how long it will take
  --seconds  measured time of each, 10 unless told; half of it before that to warm up
  --warm     seconds to warm the exchange up instead
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    bus: { type: 'string', default: 'embedded' },
    brokers: { type: 'string' },
    json: { type: 'boolean', default: false },
    floor: { type: 'boolean', default: false },
    sweep: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    exchanges: { type: 'string', default: '100000' },
    agreements: { type: 'string', default: '50000' },
    seconds: { type: 'string', default: '10' },
    warm: { type: 'string' },
  },
});
const [what = 'exchange'] = positionals;
const seconds = Number(values.seconds);
const warm = Number(values.warm ?? seconds / 2);
const exchanges = Number(values.exchanges);
const agreements = Number(values.agreements);
if (
  !['exchange', 'registry'].includes(what) ||
  !(agreements >= 100) ||
  !['embedded', 'kafka'].includes(values.bus) ||
  !(seconds > 0) ||
  !(warm > 0) ||
  !(exchanges >= 5)
) {
  process.stderr.write(USAGE);
  process.exit(2);
}
const say = (text: string): void => void process.stderr.write(`· ${text}\n`);
const bus: BusChoice =
  values.bus === 'embedded'
    ? { kind: 'embedded' }
    : { kind: 'kafka', ...(values.brokers === undefined ? {} : { brokers: values.brokers.split(',') }) };
const whole = !(values.floor || values.sweep || values.profile || values.memory);

const ends: End[] = [];
let ended: Promise<void> | undefined;
const end = (): Promise<void> => {
  ended ??= (async () => {
    for (const one of ends.splice(0).reverse()) await one();
  })();
  return ended;
};
/** Figures of a bus that lacks a part would be of something else. */
const lost = (what: string): void => {
  say(what);
  void end().finally(() => process.exit(1));
};
process.once('uncaughtException', (error) => lost(String(error.stack)));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void end().finally(() => process.exit(130)));
}

const scenarios: Scenario[] = [];
const measureExchange = async (): Promise<void> => {
  say(`starting the ${bus.kind} bus and two agencies, each part a process of its own`);
  const world = await startWorld(bus, ends, lost);
  if (whole || values.floor || values.profile) {
    const yard = whole || values.floor ? await startYardsticks(world.layout, ends) : undefined;
    const { scenarios: rates, perSecond, shares } = await measureRates(world, yard, { seconds, warm }, say);
    scenarios.push(...rates);
    await yard?.stop();
    if (whole) scenarios.push(...(await measureLatency(world, perSecond, seconds, say)));
    if (whole || values.floor) scenarios.push(...floorList(shares));
  }
  if (whole || values.sweep) scenarios.push(...(await sweepSizes(world, seconds / 2, say)));
  if (values.profile) {
    say('profiling');
    const profile = await takeProfile(world, seconds * 1_000);
    process.stderr.write(`\n${profileTable(profile)}\n\n`);
  }
  if (values.memory) scenarios.push(...(await measureMemory(world, exchanges, say)));
};
try {
  if (what === 'exchange') await measureExchange();
  else {
    const size = { agencies: agreements / 50, documentTypes: agreements / 10, agreements };
    scenarios.push(...(await measureRegistry(size, say)), ...(await measurePropagation(say)));
  }
} finally {
  await end();
}
process.stdout.write(`${values.json ? JSON.stringify({ machine: machine(), scenarios }) : tableOf(scenarios)}\n`);
process.exit();
