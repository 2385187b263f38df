import { type Handler, type HandlerAnswer, SourceUnavailable } from '../kit/index.ts';
import { birthCertificate, familyExtract, personalExtract } from './documents.ts';
import type { CivilStatusSource, Reading } from './source/registry.ts';

/** When to ask again after the registry gave no answer. */
const SOURCE_RETRY_MS = 5_000;

/** Civil Status' handlers by document type: each asks its own registry and nothing else. */
export function civilStatusHandlers(source: CivilStatusSource): Readonly<Record<string, Handler>> {
  return {
    'civil-status.personal-extract': answer(source.personal, personalExtract),
    'civil-status.family-extract': answer(source.family, familyExtract),
    'civil-status.birth-certificate': answer(source.birth, birthCertificate),
  };
}

function answer<Row>(
  ask: (nationalNumber: string) => Promise<Reading<Row>>,
  toDocument: (row: Row, asOf: string) => Readonly<Record<string, unknown>> & { readonly asOf: string },
): Handler {
  return async ({ subject, signal }): Promise<HandlerAnswer> => {
    signal.throwIfAborted();
    if (subject.scheme !== 'jo:national-number') return { kind: 'not-found' };
    const asked = ask(subject.value).catch((cause: unknown) => {
      throw new SourceUnavailable(SOURCE_RETRY_MS, { cause });
    });
    // A question that nobody waits for any more ends in the registry's own time.
    const { rows, asOf } = await Promise.race([asked, aborted(signal)]);
    const [row] = rows;
    if (row === undefined) return { kind: 'not-found' };
    // Several entries for one number: which is meant is not ours to guess.
    if (rows.length > 1) return { kind: 'ambiguous' };
    return { kind: 'found', document: toDocument(row, asOf) };
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
