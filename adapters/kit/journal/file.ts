import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { WaslError } from '../../../services/kernel/codes.ts';
import { EMPTY_HEAD, type JournalBody, linkJournal } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import { lockFolder } from './lock.ts';
import type { Admitted, Journal, OfferedBody } from './port.ts';
import { readLines } from './read-lines.ts';

interface Waiting {
  readonly body: JournalBody;
  readonly quotaPerDay?: number;
  readonly settle: (end: Admitted) => void;
  readonly fail: (error: unknown) => void;
}

const unavailable = (cause: unknown): WaslError => new WaslError('journal-unavailable', {}, { cause });
const dayOf = ({ agreement, day }: OfferedBody): string => `${agreement} ${day}`;

/** The journal of one process: a file of canonical lines below `dir`, appended in group commits (one write and one fdatasync each). */
export async function openFileJournal({ dir }: { readonly dir: string }): Promise<Journal> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const unlock = await lockFolder(dir);
  const path = join(dir, 'journal.jsonl');
  try {
    return await openLocked(dir, path, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openLocked(dir: string, path: string, unlock: () => Promise<void>): Promise<Journal> {
  const file = await open(path, 'a+', 0o600);
  const folder = await open(dir, 'r');
  // The file's name must be as durable as what will stand in it.
  await folder.sync();
  await folder.close();

  const seen = new Set<string>();
  const used = new Map<string, number>();
  const remember = (body: JournalBody): void => {
    if (body.kind !== 'offered') return;
    seen.add(body.requestId);
    used.set(dayOf(body), (used.get(dayOf(body)) ?? 0) + 1);
  };
  let head: JournalHead = EMPTY_HEAD;
  let size = 0;
  for await (const { entry, line, after } of readLines(path)) {
    remember(entry.body);
    head = after;
    size += Buffer.byteLength(line) + 1;
  }
  // What follows the last whole line is the torn end of a write that nobody was told of.
  await file.truncate(size);

  let clean = true;
  let closed = false;
  const queue: Waiting[] = [];
  let writing: Promise<void> | undefined;

  const commit = async (group: readonly Waiting[]): Promise<void> => {
    if (!clean) {
      // A write failed before: what stands behind the durable end, if anything, was promised to nobody.
      await file.truncate(size);
      await file.datasync();
      clean = true;
    }
    let next = head;
    let text = '';
    const taken = new Set<string>();
    const counts = new Map<string, number>();
    const ends: Admitted[] = [];
    for (const { body, quotaPerDay } of group) {
      if (body.kind === 'offered' && quotaPerDay !== undefined) {
        const spent = (used.get(dayOf(body)) ?? 0) + (counts.get(dayOf(body)) ?? 0);
        const known = seen.has(body.requestId) || taken.has(body.requestId);
        if (known || spent >= quotaPerDay) {
          ends.push(known ? 'seen' : 'quota-spent');
          continue;
        }
        taken.add(body.requestId);
        counts.set(dayOf(body), (counts.get(dayOf(body)) ?? 0) + 1);
      }
      const linked = linkJournal(next, Date.now(), body);
      next = linked.head;
      text += `${linked.line}\n`;
      ends.push('admitted');
    }
    if (text !== '') {
      clean = false;
      await file.appendFile(text);
      await file.datasync();
      clean = true;
    }
    // COMMIT POINT. A crash before this leaves at most lines that nobody was told of: they stay if whole, and a torn one is cut.
    size += Buffer.byteLength(text);
    head = next;
    for (const [index, { body, settle }] of group.entries()) {
      const end = ends[index] ?? 'seen';
      if (end === 'admitted') remember(body);
      settle(end);
    }
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.splice(0, 512);
      await commit(group).catch((error: unknown) => {
        for (const { fail } of group) fail(unavailable(error));
      });
    }
    writing = undefined;
  };
  const put = (body: JournalBody, quotaPerDay?: number): Promise<Admitted> =>
    new Promise((settle, fail) => {
      if (closed) return fail(unavailable(undefined));
      queue.push({ body, settle, fail, ...(quotaPerDay === undefined ? {} : { quotaPerDay }) });
      // On the next turn, so that appends of one turn share a commit.
      writing ??= Promise.resolve().then(drain);
    });

  return {
    head: async () => head,
    append: async (body) => {
      await put(body);
    },
    admit: (body, quotaPerDay) => put(body, quotaPerDay),
    read: () => readLines(path),
    close: async () => {
      closed = true;
      await writing;
      await file.close();
      await unlock();
    },
  };
}
