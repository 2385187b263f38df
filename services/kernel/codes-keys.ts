import { row } from './code-row.ts';

/** Why an agency's keys do not count, or cannot be changed so. */
export const KEYS = {
  'agency-keyless': row(
    'refused',
    'security-officer',
    'The signing key of {agency} was revoked, and no new one is named. Next move: whoever guards the recovery key of {agency}, to name one (`wasl agency rotate --recovery`).',
    'أُلغي مفتاح توقيع {agency} ولم يُعيَّن مفتاح جديد. الإجراء التالي على: المؤتمن على مفتاح الاسترداد لدى {agency} لتعيين مفتاح جديد (`wasl agency rotate --recovery`).',
  ),
  'signing-key-revoked': row(
    'refused',
    'requester',
    'The key of {agency} that signed this document was revoked, and no evidence shows that it signed before that. Next move: you, to ask for the document again.',
    'أُلغي مفتاح {agency} الذي وُقعت به هذه الوثيقة، ولا يوجد ما يثبت أنها وُقعت قبل الإلغاء. الإجراء التالي على: مقدم الطلب لطلب الوثيقة من جديد.',
  ),
  'renewal-by-signature': row(
    'refused',
    'requester-integrator',
    'A certificate of {agency} is renewed by the signature of its present signing key alone. Next move: its integrator (`wasl agency renew`).',
    'لا تُجدَّد شهادة {agency} إلا بتوقيع مفتاح التوقيع الحالي لديها. الإجراء التالي على: الفريق الفني فيها (`wasl agency renew`).',
  ),
  'certificate-superseded': row(
    'refused',
    'operator',
    'The certificate of {holder} is older than the keys that replaced a revoked one. Next move: the operator of {holder}: its kit renews it by itself, and `wasl agency renew` does so at once.',
    'شهادة {holder} أقدم من المفاتيح التي حلت محل مفتاح ملغى. الإجراء التالي على: مشغّل {holder}. تجدد حزمة الأدوات الشهادة تلقائيًا، ويجددها الأمر `wasl agency renew` فورًا.',
  ),
  'own-key-missing': row(
    'unavailable',
    'requester-integrator',
    "The identity's folder has not the keys that the registry names for {agency}. Next move: its integrator, to bring the keys that `wasl agency rotate` made into the folder `keys` of every copy of the identity.",
    'لا يحوي مجلد الهوية المفاتيح المسجلة للجهة {agency}. الإجراء التالي على: الفريق الفني لوضع المفاتيح التي أنشأها `wasl agency rotate` في المجلد `keys` ضمن كل نسخة من مجلد الهوية.',
  ),
  'key-statement-misplaced': row(
    'refused',
    'requester-integrator',
    'The statement does not follow the last one about the keys of {agency}. Next move: its integrator, to read the keys again (`wasl key list`) and sign anew.',
    'البيان لا يتبع آخر بيان عن مفاتيح {agency}. الإجراء التالي على: الفريق الفني لقراءة المفاتيح من جديد (`wasl key list`) والتوقيع مجددًا.',
  ),
  'key-statement-untimely': row(
    'refused',
    'requester-integrator',
    'A statement about the keys of {agency} is not dated now. Next move: its integrator, to check the clock and sign anew.',
    'تاريخ بيان مفاتيح {agency} لا يوافق الوقت الحالي. الإجراء التالي على: الفريق الفني للتأكد من الساعة والتوقيع من جديد.',
  ),
  'rollover-waits': row(
    'refused',
    'requester-integrator',
    'New keys of {agency} wait already and count from {from}. Next move: its integrator, to wait; or whoever guards its recovery key, to name others at once.',
    'للجهة {agency} مفاتيح جديدة قيد الانتظار يبدأ سريانها في {from}. الإجراء التالي على: الفريق الفني للانتظار، أو المؤتمن على مفتاح الاسترداد لتعيين غيرها فورًا.',
  ),
} as const;
