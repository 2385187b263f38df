import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../../services/kernel/codes.ts';
import type { JournalEntry } from '../../../services/kernel/journal.ts';
import type { StoreLog } from '../../../services/platform/store/log.ts';
import { openFileJournal } from './file.ts';
import type { Journal } from './port.ts';
import type { TableJournalOptions } from './table.ts';
import { walk } from './walk.ts';

export { openFileJournal } from './file.ts';
export type { Admitted, Journal, OfferedBody } from './port.ts';

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

/** Reads the file journal below a folder, verified as it is read, also while its writer has it open. */
export async function* readFileJournal(
  dir: string,
): AsyncGenerator<{ readonly entry: JournalEntry; readonly line: string }> {
  const handle = await open(join(dir, 'journal.jsonl'), 'r').catch((error: NodeJS.ErrnoException) => {
    // No file yet is a journal without entries.
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return;
  try {
    const disk = {
      read: async (into: Uint8Array, at: number) => (await handle.read(into, 0, into.length, at)).bytesRead,
    };
    yield* walk(disk, (await handle.stat()).size);
  } finally {
    await handle.close();
  }
}
