import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { WaslError } from '../../../services/kernel/codes.ts';
import { isStatusEntry, type StatusEntry } from '../../../services/kernel/status-book.ts';
import type { StoreLog } from '../../../services/platform/store/log.ts';
import { openDisk } from './disk.ts';
import { openDiskJournal } from './disk-journal.ts';
import { lockFolder } from './lock.ts';
import type { Chain, Journal, StatusBook } from './port.ts';
import { readFileJournal } from './read-file.ts';

export interface FileJournalOptions {
  /** The journal's own folder, made when missing; on a local disk. */
  readonly dir: string;
  readonly log?: StoreLog;
  /** How long another writer is waited for; not at all unless told. */
  readonly patienceMs?: number;
}

/**
 * The journal as one file of canonical lines, `journal.jsonl`, for an adapter of one process. Cuts off a torn last line. Throws
 * `data-folder-in-use` when another process has it, `journal-damaged`, or `config-invalid` when the folder cannot be used.
 */
export const openFileJournal = async (options: FileJournalOptions): Promise<Journal> => ({
  ...(await openChain(options)),
  statusBook: openFileStatusBook(options),
});

const BOOK_PATIENCE_MS = 15_000;

/** The book beside a file journal: a small one of its own in the folder `status`, opened only to write a line, so that each process has its turn. */
export const openFileStatusBook = ({ dir, log }: FileJournalOptions): StatusBook => {
  const own = join(dir, 'status');
  return {
    append: async (body) => {
      const chain = await openChain({ dir: own, patienceMs: BOOK_PATIENCE_MS, ...(log === undefined ? {} : { log }) });
      try {
        return await chain.append(body);
      } finally {
        await chain.close();
      }
    },
    read: async () => {
      const entries: StatusEntry[] = [];
      for await (const { entry } of readFileJournal(own)) if (isStatusEntry(entry)) entries.push(entry);
      return entries;
    },
  };
};

const openChain = async ({ dir, log, patienceMs = 0 }: FileJournalOptions): Promise<Chain> => {
  const release = await lockPatiently(dir, patienceMs).catch((error) => unusable(dir, error));
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

const lockPatiently = async (dir: string, patienceMs: number): Promise<() => Promise<void>> => {
  for (const end = Date.now() + patienceMs; ; ) {
    try {
      return await lockFolder(dir);
    } catch (error) {
      const held = error instanceof WaslError && error.code === 'data-folder-in-use';
      if (!held || Date.now() >= end) throw error;
      await wait(50 + Math.random() * 100);
    }
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
