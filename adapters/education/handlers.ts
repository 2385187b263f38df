import { type Handler, type HandlerAnswer, SourceUnavailable } from '../kit/index.ts';
import type { Row, Table } from './columns.ts';
import { enrolment, secondaryCertificate } from './documents.ts';
import type { Exports } from './exports.ts';
import type { Tickets } from './tickets.ts';

/** When to ask again after no export could be read. */
const SOURCE_RETRY_MS = 5_000;
/** When to come back for what waits for an export. */
const LATE_RETRY_MS = 60_000;

/** Education's handlers by document type: each answers from the newest complete export, and later when that one is too old. */
export function educationHandlers(exports: Exports, tickets: Tickets): Readonly<Record<string, Handler>> {
  const answer = <T extends Table>(
    documentType: string,
    table: T,
    toDocument: (row: Row<T>, asOf: string) => Readonly<Record<string, unknown>> & { readonly asOf: string },
  ): Readonly<Record<string, Handler>> => ({
    [documentType]: async ({ requestId, subject, collects, signal }): Promise<HandlerAnswer> => {
      signal.throwIfAborted();
      // Several collections may follow one another: all bring the ticket that the first request was given.
      const asked = { requestId: collects?.requestId ?? requestId, documentType, subject };
      if (collects !== undefined && !tickets.isFor(collects.ticket, asked)) return { kind: 'unknown-ticket' };
      if (subject.scheme !== 'jo:national-number') return { kind: 'not-found' };
      const looked = exports.current().catch((cause: unknown) => {
        throw new SourceUnavailable(SOURCE_RETRY_MS, { cause });
      });
      const current = await Promise.race([looked, aborted(signal)]);
      if (current.kind === 'none') throw new SourceUnavailable(SOURCE_RETRY_MS);
      if (current.kind === 'late') {
        return { kind: 'deferred', ticket: tickets.give(asked), retryAfterMs: LATE_RETRY_MS };
      }
      const rows = current.export.rows(table, subject.value);
      const [row] = rows;
      if (row === undefined) return { kind: 'not-found' };
      if (rows.length > 1) return { kind: 'ambiguous' };
      return { kind: 'found', document: toDocument(row, current.export.exportedAt) };
    },
  });
  return {
    ...answer('education.secondary-certificate', 'certificates', secondaryCertificate),
    ...answer('education.enrolment', 'enrolments', enrolment),
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
