import { loadIdentity, openFileJournal, openKit, silentLogger } from '../../../adapters/kit/index.ts';
import { MEASURED } from './document.ts';
import { obey } from './load.ts';

/** A requester's system: the unmodified kit, with a file journal. */
const [identity = '', gateway = '', dir = ''] = process.argv.slice(2);
const kit = openKit({
  identity: await loadIdentity(identity),
  gateways: [gateway],
  journal: await openFileJournal({ dir }),
  log: silentLogger,
});
await kit.ready(20_000);
obey(
  async ({ bytes }) => {
    const outcome = await kit.request({
      from: 'civil-status',
      documentType: MEASURED.documentType,
      subject: { scheme: MEASURED.scheme, value: String(bytes) },
      purpose: MEASURED.purpose,
      deadlineMs: 30_000,
    });
    return outcome.outcome === 'delivered' ? undefined : outcome.code;
  },
  () => kit.drain(),
);
