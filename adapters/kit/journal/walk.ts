import { concat } from '../../../services/kernel/bytes.ts';
import { WaslError } from '../../../services/kernel/codes.ts';
import { EMPTY_HEAD, type JournalEntry, lineFromBytes, readJournalLine } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';
import type { Disk } from './disk.ts';
import { MAX_LINE } from './plan.ts';

const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;

export interface Step {
  readonly entry: JournalEntry;
  readonly line: string;
  readonly head: JournalHead;
  /** Where the line starts, and the byte behind its line end. */
  readonly start: number;
  readonly end: number;
}

/**
 * Walks the lines below `size`, verifying each; `journal-damaged` with the sequence of the first that does not continue the chain.
 * Bytes behind the last line end are left out: only a torn last line can stand there.
 */
export async function* walk(disk: Pick<Disk, 'read'>, size: number): AsyncGenerator<Step> {
  let head = EMPTY_HEAD;
  let start = 0;
  const step = (bytes: Uint8Array): Step => {
    const line = textOf(bytes, head);
    const read = readJournalLine(head, line);
    head = read.head;
    const from = start;
    start += bytes.length + 1;
    return { entry: read.entry, line, head, start: from, end: start };
  };
  let carried: Uint8Array = new Uint8Array(0);
  let position = 0;
  while (position < size) {
    const chunk = new Uint8Array(Math.min(CHUNK, size - position));
    const count = await disk.read(chunk, position);
    if (count === 0) break;
    position += count;
    let at = 0;
    for (;;) {
      const newline = chunk.subarray(0, count).indexOf(NEWLINE, at);
      if (newline < 0) break;
      yield step(concat(carried, chunk.subarray(at, newline)));
      carried = carried.subarray(0, 0);
      at = newline + 1;
    }
    carried = concat(carried, chunk.subarray(at, count));
    if (carried.length > MAX_LINE) throw new WaslError('journal-damaged', { sequence: head.size });
  }
}

const textOf = (bytes: Uint8Array, head: JournalHead): string => {
  try {
    return lineFromBytes(bytes);
  } catch (cause) {
    throw new WaslError('journal-damaged', { sequence: head.size }, { cause });
  }
};
