import { parseArgs } from 'node:util';
import { measureExchange } from './exchange.ts';
import { machine, type Scenario, tableOf } from './figures.ts';
import { profileTable, takeProfile } from './profile.ts';
import { type BusChoice, startWorld } from './world.ts';

const USAGE =
  'npm run bench -- exchange [--bus embedded|kafka] [--brokers host:port,…] [--json] [--seconds N] [--profile]\n';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    bus: { type: 'string', default: 'embedded' },
    brokers: { type: 'string' },
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    profile: { type: 'boolean', default: false },
  },
});
const [what = 'exchange'] = positionals;
const seconds = Number(values.seconds);
if (what !== 'exchange' || !['embedded', 'kafka'].includes(values.bus) || !(seconds > 0)) {
  process.stderr.write(USAGE);
  process.exit(2);
}
const say = (text: string): void => void process.stderr.write(`· ${text}\n`);
const bus: BusChoice =
  values.bus === 'embedded'
    ? { kind: 'embedded' }
    : { kind: 'kafka', ...(values.brokers === undefined ? {} : { brokers: values.brokers.split(',') }) };

say('starting the bus and two agencies');
const world = await startWorld(bus);
const ending = (): void => void world.stop().finally(() => process.exit(130));
process.once('SIGINT', ending);
process.once('SIGTERM', ending);
const scenarios: Scenario[] = [];
try {
  scenarios.push(...(await measureExchange(world, seconds, say)));
  if (values.profile) {
    say('profiling');
    const profile = await takeProfile(world, seconds * 1_000);
    if (!values.json) process.stdout.write(`${profileTable(profile)}\n\n`);
  }
} finally {
  await world.stop();
}
process.stdout.write(`${values.json ? JSON.stringify({ machine: machine(), scenarios }) : tableOf(scenarios)}\n`);
process.exit();
