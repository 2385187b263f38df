// A kit process for fault tests: the shipped kit of one agency, that asks what it is told over its IPC channel, and provides documents
// when it has any. Run with one JSON argument; sends `ready`, `called` for each call of a handler, and the outcome of each ask.

import { setTimeout as work } from 'node:timers/promises';
import {
  loadIdentity,
  openFileJournal,
  openKit,
  openTableJournal,
  silentLogger,
} from '../../dist/adapters/kit/index.js';

const { identity, gateways, journal: at, documents = {}, takesMs = 0, credits = 64 } = JSON.parse(process.argv[2]);
const journal = await ('url' in at ? openTableJournal(at) : openFileJournal(at));
const kit = openKit({ identity: await loadIdentity(identity), gateways, journal, log: silentLogger });
/** `00000` and five digits asks for a document of that many KiB. */
const long = (value) => 'x'.repeat(value.startsWith('00000') ? Number(value.slice(5)) * 512 : 0);
for (const [type, document] of Object.entries(documents)) {
  kit.provide(type, async ({ subject }) => {
    process.send({ kind: 'called' });
    if (takesMs > 0) await work(takesMs);
    const text = long(subject.value);
    const sized = text === '' ? {} : { nationalNumber: subject.value, givenName: { en: text, ar: text } };
    return { kind: 'found', document: { ...document, ...sized } };
  });
}
if (Object.keys(documents).length > 0) kit.attach({ replica: `kit-${process.pid}`, credits });

const entries = async () => {
  let count = 0;
  for await (const _ of journal.read()) count += 1;
  return count;
};
process.on('message', async ({ id, ask }) => {
  const started = performance.now();
  const said = ask === undefined ? { entries: await entries() } : { outcome: slim(await kit.request(ask)) };
  process.send({ kind: 'said', id, ...said, tookMs: performance.now() - started });
});
/** A document of many MiB is told by its length. */
const slim = ({ document, credential, ...rest }) => ({
  ...rest,
  ...(document === undefined ? {} : { characters: JSON.stringify(document).length }),
});
const exit = () => process.exit();
process.once('disconnect', exit);
/** As an adapter stops: nothing that is left may keep the process. */
process.once('SIGTERM', async () => {
  process.off('disconnect', exit);
  await kit.drain();
  await kit.close();
  await journal.close();
  process.disconnect();
});
await kit.ready(20_000);
process.send({ kind: 'ready' });
