// A replica of a providing agency for fault tests: the shipped kit over a table journal with commit points at which it can be made to end.
// Each call of its handler is a line of its own file before anything else happens: a file outlives the process. Run with one JSON argument.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as work } from 'node:timers/promises';
import { loadIdentity, openKit, openTableJournal, silentLogger } from '../../dist/adapters/kit/index.js';
import { deadlyJournal } from './deadly.mjs';

const { identity, gateways, journal: url, calls, document, takesMs } = JSON.parse(process.argv[2]);
const replica = `replica-${process.pid}`;
const kit = openKit({
  identity: await loadIdentity(identity),
  gateways,
  journal: deadlyJournal(await openTableJournal({ url })),
  log: silentLogger,
});
kit.provide('civil-status.personal-extract', async ({ requestId }) => {
  appendFileSync(join(calls, replica), `${JSON.stringify({ requestId, replica, timeMs: Date.now() })}\n`);
  await work(takesMs);
  return { kind: 'found', document };
});
kit.attach({ replica, credits: 64 });
process.send({ kind: 'ready', name: replica });
