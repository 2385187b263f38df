import type { Agreement, Bilingual } from './agreement.ts';
import { WaslError } from './codes.ts';

/** What stands in a terms file until a data officer writes what is true: nobody signs it. */
export const PLACEHOLDERS = {
  purpose: 'say-what-for',
  title: { en: 'What it is for', ar: 'الغرض من التبادل' },
  legalBasis: { en: 'The law that allows it', ar: 'السند القانوني' },
} as const;

/** Error: `agreement-unfinished`, which names the place. */
export const mustBeFinished = ({ id, purposes, legalBasis }: Agreement): void => {
  const unfinished = [
    ...(purposes.some(({ purpose }) => purpose === PLACEHOLDERS.purpose) ? ['purposes.purpose'] : []),
    ...(purposes.some(({ title }) => same(title, PLACEHOLDERS.title)) ? ['purposes.title'] : []),
    ...(same(legalBasis, PLACEHOLDERS.legalBasis) ? ['legalBasis'] : []),
  ];
  if (unfinished.length > 0)
    throw new WaslError('agreement-unfinished', { agreement: id, what: unfinished.join(', ') });
};

/** In either language: half a text is none. */
const same = (text: Bilingual, placeholder: Bilingual): boolean =>
  text.en.trim() === placeholder.en || text.ar.trim() === placeholder.ar;
