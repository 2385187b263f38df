import { row } from './code-row.ts';

/** What stands between an adapter and its readiness report. */
export const CONFORMANCE_CODES = {
  'not-conformant': row(
    'refused',
    'provider-integrator',
    'The adapter does not conform yet: {failed} of {checks} checks failed, {missing} that are needed were not made. Next move: its integrator; each check says how to mend it.',
    'المحوِّل غير مطابق بعد: {failed} من {checks} من الفحوص لم تنجح، و{missing} من الفحوص اللازمة لم تُجرَ. الإجراء التالي على: الفريق الفني للجهة المزوِّدة، ومع كل فحص طريقة إصلاحه.',
  ),
} as const;
