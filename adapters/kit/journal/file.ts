import { WaslError } from '../../../services/kernel/codes.ts';
import type { StoreLog } from '../../../services/platform/store/log.ts';
import { openDisk } from './disk.ts';
import { openDiskJournal } from './disk-journal.ts';
import { lockFolder } from './lock.ts';
import type { Journal } from './port.ts';

export interface FileJournalOptions {
  /** The journal's own folder, made when missing; on a local disk. */
  readonly dir: string;
  readonly log?: StoreLog;
}

/**
 * The journal as one file of canonical lines, `journal.jsonl`, for an adapter of one process. Cuts off a torn last line. Throws
 * `data-folder-in-use` when another process has it, `journal-damaged`, or `config-invalid` when the folder cannot be used.
 */
export const openFileJournal = async ({ dir, log }: FileJournalOptions): Promise<Journal> => {
  const release = await lockFolder(dir).catch((error) => unusable(dir, error));
  try {
    const disk = await openDisk(dir);
    const journal = await openDiskJournal(disk, log).catch(async (error) => {
      await disk.close();
      throw error;
    });
    return {
      ...journal,
      close: async () => {
        await journal.close();
        await release();
      },
    };
  } catch (error) {
    await release();
    return unusable(dir, error);
  }
};

const unusable = (dir: string, error: unknown): never => {
  if (error instanceof WaslError) throw error;
  const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
  throw new WaslError(
    'config-invalid',
    { what: `the journal folder ${dir} cannot be used (${reason})` },
    { cause: error },
  );
};
