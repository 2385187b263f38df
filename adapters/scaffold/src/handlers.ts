import { type Handler, type Logger, SourceUnavailable } from 'wasl-kit';
import { registerExtract } from './document.ts';
import type { Source } from './entry.ts';

/** One handler for each document type that the agency provides. */
export const handlersOf = (source: Source, log: Logger): Readonly<Record<string, Handler>> => ({
  'my-agency.register-extract': async ({ subject, signal, requestId }) => {
    if (subject.scheme !== 'jo:national-number') return { kind: 'not-found' };
    const { entries, asOf } = await source.find(subject.value, signal).catch((error: unknown) => {
      // The requester is told that the source is away; why, is for whoever runs this adapter.
      if (error instanceof SourceUnavailable) log.warn({ err: error.cause, requestId }, 'the source is away');
      throw error;
    });
    const [entry] = entries;
    if (entry === undefined) return { kind: 'not-found' };
    // Several entries for one number: which is meant is not ours to guess.
    if (entries.length > 1) return { kind: 'ambiguous' };
    return { kind: 'found', document: registerExtract(entry, asOf) };
  },
});
