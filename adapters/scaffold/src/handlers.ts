import type { Handler } from 'wasl-kit';
import { registerExtract } from './document.ts';
import type { Source } from './entry.ts';

/** One handler for each document type that the agency provides. */
export const handlersOf = (source: Source): Readonly<Record<string, Handler>> => ({
  'my-agency.register-extract': async ({ subject, signal }) => {
    if (subject.scheme !== 'jo:national-number') return { kind: 'not-found' };
    const { entries, asOf } = await source.find(subject.value, signal);
    const [entry] = entries;
    if (entry === undefined) return { kind: 'not-found' };
    // Several entries for one number: which is meant is not ours to guess.
    if (entries.length > 1) return { kind: 'ambiguous' };
    return { kind: 'found', document: registerExtract(entry, asOf) };
  },
});
