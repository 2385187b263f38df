import { concat, utf8 } from '../../../services/kernel/bytes.ts';
import { WaslError } from '../../../services/kernel/codes.ts';
import { IdSet } from '../../../services/kernel/id-set.ts';
import {
  EMPTY_HEAD,
  type JournalBody,
  type JournalEntry,
  lineDigest,
  lineFromBytes,
} from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import type { StoreLog } from '../../../services/platform/store/log.ts';
import type { Disk } from './disk.ts';
import { makeGroups } from './group.ts';
import { type Granted, planGroup, quotaKey, textOf, type Wish } from './plan.ts';
import type { Chain } from './port.ts';
import { walk } from './walk.ts';

/** What is on stable storage: the chain's head, the bytes it takes, and where its last line starts. */
interface Durable {
  readonly head: JournalHead;
  readonly end: number;
  readonly lastStart: number;
}

/** A journal on one file that nobody else writes. Owns the disk from its success on. */
export const openDiskJournal = async (disk: Disk, log?: StoreLog): Promise<Chain> => {
  const ids = new IdSet();
  const counts = new Map<string, number>();
  const memory = {
    seen: (id: string) => ids.has(id),
    used: (agreement: string, day: string) => counts.get(quotaKey(agreement, day)) ?? 0,
  };
  const remember = (body: JournalBody): void => {
    if (body.kind !== 'offered') return;
    const key = quotaKey(body.agreement, body.day);
    ids.add(body.requestId);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };

  let durable: Durable = { head: EMPTY_HEAD, end: 0, lastStart: 0 };
  const { size } = await disk.state();
  for await (const { entry, head, start, end } of walk(disk, size)) {
    remember(entry.body);
    durable = { head, end, lastStart: start };
  }
  if (size > durable.end) {
    log?.warn({ bytes: size - durable.end, entries: durable.head.size }, 'a torn last line of the journal was cut off');
    await disk.cut(durable.end);
  }
  // What a process killed before its flush has left is read back from memory, not from the disk.
  await disk.flush();

  let uncertain = false;
  let damage: WaslError | undefined;

  /** After a failed write the file behind the durable part is unknown, so it is dropped before anything else is written. */
  const settle = async (): Promise<void> => {
    await disk.cut(durable.end);
    const last = new Uint8Array(Math.max(0, durable.end - durable.lastStart - 1));
    const whole = (await disk.read(last, durable.lastStart)) === last.length;
    const digest = durable.head.head === null ? null : lineDigest(lineFromBytes(last));
    if (!whole || digest !== durable.head.head) throw damagedAt(durable.head.size - 1);
    uncertain = false;
    log?.info({ entries: durable.head.size }, 'the journal can be written again');
  };

  const checkFile = async (): Promise<void> => {
    const state = await disk.state();
    if (!state.linked) throw new Error('the journal file was removed');
    if (state.size < durable.end) throw damagedAt(await entriesIn(disk, state.size));
    // Somebody else writes here: two chains in one file.
    if (state.size > durable.end && !uncertain) throw damagedAt(durable.head.size);
    if (uncertain) await settle();
  };

  const write = async (wishes: readonly Wish[]): Promise<readonly Granted[]> => {
    await checkFile();
    const { lines, granted } = planGroup(memory, durable.head, wishes, Date.now());
    const last = lines.at(-1);
    if (last === undefined) return granted;
    const parts = lines.map(({ line }) => utf8(`${line}\n`));
    const bytes = concat(...parts);
    uncertain = true;
    await disk.write(bytes, durable.end);
    await disk.flush();
    // Commit point: the group is on the disk. A crash before it leaves a prefix, of which the next opening keeps the whole lines.
    uncertain = false;
    const end = durable.end + bytes.length;
    durable = { head: last.head, end, lastStart: end - (parts.at(-1)?.length ?? 0) };
    for (const { body } of lines) remember(body);
    return granted;
  };

  const groups = makeGroups(async (wishes: readonly Wish[]) => {
    if (damage !== undefined) throw damage;
    try {
      return await write(wishes);
    } catch (cause) {
      if (cause instanceof WaslError && cause.code === 'journal-damaged') damage = cause;
      if (cause instanceof WaslError) throw cause;
      log?.warn({ reason: (cause as NodeJS.ErrnoException).code ?? 'unknown' }, 'the journal cannot be written');
      throw new WaslError('journal-unavailable', {}, { cause });
    }
  });

  return {
    head: async () => durable.head,
    append: async (body) => {
      const granted = await groups.add({ body, text: textOf(body) });
      if (granted.kind !== 'appended') throw new WaslError('internal');
      return granted.head;
    },
    admit: async (body, quotaPerDay) => {
      const granted = await groups.add({ body, text: textOf(body), quotaPerDay });
      return granted.kind === 'appended' ? 'admitted' : granted.kind;
    },
    read: () => readChain(disk, durable),
    close: async () => {
      await groups.drain();
      await disk.close();
    },
  };
};

const damagedAt = (sequence: number): WaslError => new WaslError('journal-damaged', { sequence });

const entriesIn = async (disk: Disk, size: number): Promise<number> => {
  let entries = 0;
  for await (const { head } of walk(disk, size)) entries = head.size;
  return entries;
};

async function* readChain(disk: Disk, { head, end }: Durable): AsyncGenerator<{ entry: JournalEntry; line: string }> {
  let reached = EMPTY_HEAD;
  try {
    for await (const step of walk(disk, end)) {
      reached = step.head;
      yield { entry: step.entry, line: step.line };
    }
  } catch (cause) {
    throw cause instanceof WaslError ? cause : new WaslError('journal-unavailable', {}, { cause });
  }
  if (reached.size < head.size) throw damagedAt(reached.size);
  if (reached.head !== head.head) throw damagedAt(reached.size - 1);
}
