import { row } from './code-row.ts';

/** What stands between an adapter and its readiness report. */
export const CONFORMANCE_CODES = {
  'not-conformant': row(
    'refused',
    'provider-integrator',
    'The adapter does not conform yet: {failed} of {checks} checks failed, {missing} that are needed were not made. Next move: its integrator; each check says how to mend it.',
    'المحوِّل غير مطابق بعد: {failed} من {checks} من الفحوص لم تنجح، و{missing} من الفحوص اللازمة لم تُجرَ. الإجراء التالي على: الفريق الفني للجهة المزوِّدة، ومع كل فحص طريقة إصلاحه.',
  ),
  'conformance-running': row(
    'unavailable',
    'provider-integrator',
    'A conformance run of {agency} is under way already. Next move: its integrator, to wait for its end.',
    'فحص مطابقة الجهة {agency} قيد التنفيذ. الإجراء التالي على: الفريق الفني للجهة لانتظار انتهائه.',
  ),
  'schema-not-published': row(
    'refused',
    'provider-integrator',
    'The registry holds no schema of {documentType} yet, and the run that counts is held to it. Next move: its integrator, to run wasl schema publish, and then wasl conform --for-record again.',
    'لا يوجد في السجل مخطط منشور للوثيقة {documentType}، والفحص المعتمد يستند إليه. الإجراء التالي على: الفريق الفني للجهة لتنفيذ wasl schema publish ثم إعادة wasl conform --for-record.',
  ),
  'readiness-missing': row(
    'refused',
    'provider-integrator',
    'The agency {agency} is not active yet, and there is no readiness report of it. Next move: its integrator, to run wasl conform --for-record and give the report to the authority.',
    'الجهة {agency} لم تُفعَّل بعد ولا يوجد لها تقرير جاهزية. الإجراء التالي على: الفريق الفني للجهة لتنفيذ wasl conform --for-record وتسليم التقرير إلى السلطة.',
  ),
  'readiness-not-signed': row(
    'refused',
    'security-officer',
    'The readiness report of {agency} does not carry the signature of the conformance suite. Next move: the security officer of the authority, to ask where it comes from.',
    'تقرير جاهزية الجهة {agency} لا يحمل توقيع فحص المطابقة. الإجراء التالي على: مسؤول الأمن لدى السلطة للسؤال عن مصدره.',
  ),
  'readiness-of-another': row(
    'refused',
    'operator',
    'The readiness report is not of {agency}. Next move: the authority’s operator, to take the right one.',
    'تقرير الجاهزية ليس للجهة {agency}. الإجراء التالي على: مشغّل السلطة لاستخدام التقرير الصحيح.',
  ),
  'readiness-too-old': row(
    'refused',
    'provider-integrator',
    'The readiness report of {agency} is not of the last 30 days. Next move: its integrator, to run wasl conform --for-record again.',
    'تقرير جاهزية الجهة {agency} ليس من آخر 30 يومًا. الإجراء التالي على: الفريق الفني للجهة لإعادة تنفيذ wasl conform --for-record.',
  ),
  'readiness-not-passed': row(
    'refused',
    'provider-integrator',
    'The readiness report of {agency} has checks that were not passed, the first of them {check}. Next move: its integrator, to mend the adapter and run the suite again.',
    'في تقرير جاهزية الجهة {agency} فحوص لم تنجح، أولها {check}. الإجراء التالي على: الفريق الفني للجهة لإصلاح المحوِّل وإعادة الفحص.',
  ),
} as const;
