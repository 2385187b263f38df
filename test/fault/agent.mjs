// The agent of a requesting agency for fault tests: the shipped JSON face and kit, over a file journal with commit points at which it can
// be made to end. Run with one JSON argument.

import { loadIdentity, openFileJournal, openKit } from '../../dist/adapters/kit/index.js';
import { startAgent } from '../../dist/services/agent/app.js';
import { createLogger } from '../../dist/services/platform/log/index.js';
import { deadlyJournal } from './deadly.mjs';

const { identity: folder, gateways, journal: dir, listen } = JSON.parse(process.argv[2]);
const log = createLogger({ name: 'agent', level: 'error' });
const identity = await loadIdentity(folder);
const kit = openKit({ identity, gateways, journal: deadlyJournal(await openFileJournal({ dir })), log });
const face = await startAgent({ kit, agency: identity.agency, listen, log });
process.send({ kind: 'ready', name: face.address });
