import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../../services/kernel/codes.ts';
import { EMPTY_HEAD, type JournalBody } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import { makeGroups } from './group.ts';
import { IdSet } from './id-set.ts';
import { lockFolder } from './lock.ts';
import { checkBody, type Granted, planGroup, quotaKey, type Wish } from './plan.ts';
import type { Journal } from './port.ts';
import { readLines } from './read-lines.ts';

/** The journal of one process: a file of canonical lines below `dir`, appended in group commits (one write and one fdatasync each). */
export async function openFileJournal({ dir }: { readonly dir: string }): Promise<Journal> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(dir);
  try {
    return await openLocked(dir, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openLocked(dir: string, unlock: () => Promise<void>): Promise<Journal> {
  const path = join(dir, 'journal.jsonl');
  const file = await open(path, 'a+', 0o600);
  const folder = await open(dir, 'r');
  // The file's name must be as durable as what will stand in it.
  await folder.sync().finally(() => folder.close());

  const seen = new IdSet();
  const used = new Map<string, number>();
  const memory = {
    seen: (requestId: string) => seen.has(requestId),
    used: (agreement: string, day: string) => used.get(quotaKey(agreement, day)) ?? 0,
  };
  let head: JournalHead = EMPTY_HEAD;
  let size = 0;
  const remember = (body: JournalBody, line: string, after: JournalHead): void => {
    head = after;
    size += Buffer.byteLength(line) + 1;
    if (body.kind !== 'offered') return;
    const key = quotaKey(body.agreement, body.day);
    seen.add(body.requestId);
    used.set(key, (used.get(key) ?? 0) + 1);
  };
  for await (const { entry, line, after } of readLines(path)) remember(entry.body, line, after);
  // What follows the last whole line is the torn end of a write that nobody was told of.
  await file.truncate(size);

  let clean = true;
  const commit = async (wishes: readonly Wish[]): Promise<readonly Granted[]> => {
    const { lines, granted } = planGroup(memory, head, wishes, Date.now());
    if (lines.length === 0) return granted;
    try {
      // A write failed before: what stands behind the durable end, if anything, was promised to nobody.
      if (!clean) await file.truncate(size);
      clean = false;
      await file.appendFile(lines.map(({ line }) => `${line}\n`).join(''));
      await file.datasync();
      clean = true;
    } catch (cause) {
      throw new WaslError('journal-unavailable', {}, { cause });
    }
    // COMMIT POINT. A crash before this leaves at most lines that nobody was told of: whole ones stay, a torn one is cut.
    for (const { body, line, head: after } of lines) remember(body, line, after);
    return granted;
  };
  const groups = makeGroups(commit);

  return {
    head: async () => head,
    append: async (body) => {
      checkBody(body);
      const granted = await groups.add({ body });
      return granted.kind === 'appended' ? granted.head : head;
    },
    admit: async (body, quotaPerDay) => {
      checkBody(body);
      const { kind } = await groups.add({ body, quotaPerDay });
      return kind === 'appended' ? 'admitted' : kind;
    },
    read: () => readLines(path),
    close: async () => {
      await groups.drain();
      await file.close();
      await unlock();
    },
  };
}
