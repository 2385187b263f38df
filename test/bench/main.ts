import { parseArgs } from 'node:util';
import { benchExchange } from './exchange.ts';
import { machine, type Scenario } from './report.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    bus: { type: 'string', default: 'embedded' },
    brokers: { type: 'string', default: 'localhost:9092' },
    json: { type: 'boolean', default: false },
  },
});
const [what = 'exchange'] = positionals;
if (what !== 'exchange' || !['embedded', 'kafka'].includes(values.bus)) {
  process.stderr.write('npm run bench -- exchange [--bus embedded|kafka] [--brokers host:port,…] [--json]\n');
  process.exit(2);
}
const scenarios: readonly Scenario[] = await benchExchange(
  values.bus === 'kafka' ? { kafka: values.brokers.split(',') } : {},
  (text) => process.stderr.write(`· ${text}\n`),
);
if (values.json) process.stdout.write(`${JSON.stringify({ machine: machine(), scenarios })}\n`);
else {
  for (const { name, value, unit, yardstick, ratio, spread } of scenarios) {
    process.stdout.write(
      `${name.padEnd(34)} ${value.toFixed(1).padStart(9)} ${unit.padEnd(5)} ratio ${ratio === null ? '-' : ratio.toFixed(3)} to: ${yardstick}  (spread ${spread.map((one) => one.toFixed(1)).join(' – ')})\n`,
    );
  }
}
process.exit();
