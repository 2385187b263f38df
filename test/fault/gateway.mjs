// A gateway process for fault tests: the shipped one, over a bus that ends the process (SIGKILL) just before or just after the first
// evidence of a kind is written. Run with one JSON argument; says its address on standard output.

import { startGateway } from '../../dist/services/gateway/app.js';
import { loadGatewayIdentity } from '../../dist/services/gateway/main.js';
import { decodeBatch } from '../../dist/services/kernel/batch.js';
import { parseEntry } from '../../dist/services/kernel/evidence.js';
import { openBus } from '../../dist/services/platform/bus/open.js';
import { createLogger } from '../../dist/services/platform/log/index.js';

const { identity, listen, bus: settings, die, limits = {} } = JSON.parse(process.argv[2]);
const log = createLogger({ name: 'gateway', level: 'error' });
const bus = await openBus(settings, log);
const deadly = (value) => decodeBatch(value).entries.some((bytes) => parseEntry(bytes).body.kind === die?.kind);
const end = () => process.kill(process.pid, 'SIGKILL');
const gateway = await startGateway({
  identity: await loadGatewayIdentity(identity),
  bus: {
    ...bus,
    publish: async (topic, records) => {
      const now = topic === 'wasl.evidence' && records.some(({ value }) => deadly(value));
      if (now && die.when === 'before') end();
      await bus.publish(topic, records);
      if (now && die.when === 'after') end();
    },
  },
  log,
  listen,
  opsListen: '127.0.0.1:0',
  origin: 'wasl.test',
  registryFreshness: 3_600_000,
  evidencePatience: 3_000,
  drainGrace: 2_000,
  ...limits,
});
process.stdout.write(`${gateway.address}\n`);
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => gateway.stop().then(() => process.exit()));
