import type { StoreLog } from '../../../services/platform/store/index.ts';
import { openFileJournal } from './file.ts';
import type { Journal } from './port.ts';
import { openTableJournal } from './table.ts';

export { openFileJournal } from './file.ts';
export type { Admitted, Journal, OfferedBody } from './port.ts';
export { openTableJournal } from './table.ts';

/** Opens an agency's journal: a folder for an adapter of one process, a PostgreSQL database for replicas. */
export const openJournal = (
  target: { readonly dir: string } | { readonly url: string },
  log?: StoreLog,
): Promise<Journal> => {
  const logged = log === undefined ? {} : { log };
  return 'dir' in target
    ? openFileJournal({ dir: target.dir, ...logged })
    : openTableJournal({ url: target.url, ...logged });
};
