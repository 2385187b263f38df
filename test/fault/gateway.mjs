// A gateway process for fault tests: the shipped one, over a bus with commit points at which it can be made to end. Run with one JSON argument;
// says its address on standard output.

import { startGateway } from '../../dist/services/gateway/app.js';
import { loadGatewayIdentity } from '../../dist/services/gateway/main.js';
import { decodeBatch } from '../../dist/services/kernel/batch.js';
import { parseEntry } from '../../dist/services/kernel/evidence.js';
import { openBus } from '../../dist/services/platform/bus/open.js';
import { createLogger } from '../../dist/services/platform/log/index.js';
import { atCommit } from './deadly.mjs';

const { identity, listen, bus: settings, limits = {} } = JSON.parse(process.argv[2]);
const log = createLogger({ name: 'gateway', level: 'error' });
const bus = await openBus(settings, log);
/** The requests that entries of these records are about, by the entry's kind. */
const idsByKind = (records) => {
  const ids = {};
  for (const { value } of records) {
    for (const bytes of decodeBatch(value).entries) {
      const { kind, requestId } = parseEntry(bytes).body;
      if (requestId !== undefined) ids[kind] = [...(ids[kind] ?? []), requestId];
    }
  }
  return ids;
};
const gateway = await startGateway({
  identity: await loadGatewayIdentity(identity),
  bus: {
    ...bus,
    publish: (topic, records) => {
      const commit = () => bus.publish(topic, records);
      return topic === 'wasl.evidence' ? atCommit(idsByKind(records), commit) : commit();
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
process.send({ kind: 'ready', name: gateway.boot });
