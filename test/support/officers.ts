import type { ThreeOfficers } from '../../services/cli/development/agreements.ts';
import { DATA_OFFICER, type Layout, officerFiles } from '../../services/cli/development/layout.ts';
import type { Agreement } from '../../services/kernel/agreement.ts';
import type { Signer } from '../../services/kernel/keys.ts';
import { loadSigner } from '../../services/platform/crypto/index.ts';

const officerIn = (folder: string): Promise<Signer> => loadSigner(officerFiles(folder, DATA_OFFICER).key);

/** The officers of a development folder who act on an agreement. */
export const officersOf = async (
  layout: Layout,
  { requester, provider }: Pick<Agreement, 'requester' | 'provider'>,
): Promise<ThreeOfficers> => ({
  requester: await officerIn(layout.agency(requester)),
  provider: await officerIn(layout.agency(provider)),
  authority: await officerIn(layout.operator),
});
