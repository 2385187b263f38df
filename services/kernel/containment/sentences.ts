import { sentence } from '../codes.ts';
import type { JsonValue } from '../strict-json.ts';
import type { Place } from './build.ts';
import type { Finding } from './face.ts';

/** A place in an Arabic sentence reads in its own direction (Unicode FSI and PDI). */
const isolated = (text: string): string => `\u2068${text}\u2069`;

export const findingOf = (
  verdict: Finding['verdict'],
  direction: Finding['direction'],
  place: Place,
  example?: JsonValue,
): Finding => {
  const shown = place.pointer === '' ? '/' : place.pointer;
  const [writer, reader, writerAr, readerAr] =
    direction === 'backward' ? ['older', 'new', 'الأقدم', 'الجديد'] : ['new', 'older', 'الجديد', 'الأقدم'];
  const nothing = place.keyword === 'nothing';
  const what = nothing || place.keyword === '' ? '' : ` (${place.keyword})`;
  const said =
    verdict === 'incompatible'
      ? {
          en: `A document that the ${writer} version accepts is refused by the ${reader} one, at ${shown}${what}. Next move: the schema's author, to widen that place or to publish a new major version.`,
          ar: `توجد وثيقة يقبلها الإصدار ${writerAr} ويرفضها الإصدار ${readerAr}، والموضع ${isolated(`${shown}${what}`)}. الإجراء التالي على: معدّ المخطط لتوسيع هذا الموضع أو نشر إصدار رئيسي جديد.`,
        }
      : nothing
        ? {
            en: `The ${reader} version accepts no document at all, so nothing can be proven of it. Next move: the schema's author, to mend it.`,
            ar: `الإصدار ${readerAr} لا يقبل أي وثيقة، فلا يمكن إثبات شيء عنه. الإجراء التالي على: معدّ المخطط لتصحيحه.`,
          }
        : {
            en: `It cannot be proven that the ${reader} version reads all that the ${writer} one accepts, at ${shown}${what}. Next move: the schema's author, to write that place as it was or to publish a new major version.`,
            ar: `لا يمكن إثبات أن الإصدار ${readerAr} يقرأ كل ما يقبله الإصدار ${writerAr}، والموضع ${isolated(`${shown}${what}`)}. الإجراء التالي على: معدّ المخطط لإعادة الموضع كما كان أو نشر إصدار رئيسي جديد.`,
          };
  return {
    verdict,
    direction,
    pointer: place.pointer,
    keyword: place.keyword,
    ...said,
    ...(example === undefined ? {} : { example }),
  };
};

/** What is said when the steps of a check are spent. */
export const exhaustedFinding = (direction: Finding['direction'], limit: number): Finding => ({
  verdict: 'unproven',
  direction,
  pointer: '',
  keyword: '',
  en: sentence('schema-check-exhausted', 'en', { limit }),
  ar: sentence('schema-check-exhausted', 'ar', { limit }),
});
