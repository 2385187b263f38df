import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from '../../../services/kernel/journal.ts';
import { walk } from './walk.ts';

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
