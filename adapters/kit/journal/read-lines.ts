import { createReadStream } from 'node:fs';
import { WaslError } from '../../../services/kernel/codes.ts';
import { EMPTY_HEAD, type JournalEntry, readJournalLine } from '../../../services/kernel/journal.ts';
import type { JournalHead } from '../../../services/kernel/statements.ts';

/** One entry, its text, and the head after it. */
export interface ReadLine {
  readonly entry: JournalEntry;
  readonly line: string;
  readonly after: JournalHead;
}

/**
 * Reads a journal file line by line and follows its chain. A last line without its end is a write that a crash tore, and is left out;
 * anything else that does not continue the chain is `journal-damaged`.
 */
export async function* readLines(path: string): AsyncIterable<ReadLine> {
  let head = EMPTY_HEAD;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
      const bytes = rest.subarray(from, end);
      from = end + 1;
      const line = bytes.toString('utf8');
      // Bytes that are no UTF-8 would read back as others.
      if (Buffer.byteLength(line) !== bytes.length) throw new WaslError('journal-damaged', { sequence: head.size });
      const read = readJournalLine(head, line);
      head = read.head;
      yield { entry: read.entry, line, after: head };
    }
    rest = rest.subarray(from);
  }
}
