import { WaslError } from '../../../services/kernel/codes.ts';
import type { StoreLog } from '../../../services/platform/store/log.ts';
import { openFileJournal } from './file.ts';
import type { Journal } from './port.ts';
import type { TableJournalOptions } from './table.ts';

export { openFileJournal } from './file.ts';
export type { Admitted, Chain, Journal, OfferedBody, StatusBook } from './port.ts';
export { readFileJournal } from './read-file.ts';

/** Opens the journal of several replicas. The driver `pg` is asked for only here: a ministry without such a journal need not install it. */
export const openTableJournal = async (options: TableJournalOptions): Promise<Journal> => {
  const table = await import('./table.ts').catch((cause: unknown) => {
    throw new WaslError('config-invalid', { what: 'a journal in PostgreSQL needs the package pg' }, { cause });
  });
  return table.openTableJournal(options);
};

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
