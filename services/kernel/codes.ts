/** One row: what kind of thing happened, and the sentence in both languages, naming whose move is next. `{x}` is filled from params. */
interface Row {
  readonly kind: 'refused' | 'failure';
  readonly en: string;
  readonly ar: string;
}

const row = (kind: Row['kind'], en: string, ar: string): Row => ({ kind, en, ar });

/** The stable codes. A code is never renamed or used again for something else. */
export const CODES = {
  'no-agreement': row(
    'refused',
    "No agreement covers this request. Next move: your agency's data officer, who can propose one.",
    'لا توجد اتفاقية تبادل بيانات تغطي هذا الطلب. الإجراء التالي على: ضابط البيانات في جهتك لاقتراح اتفاقية.',
  ),
  'agreement-expired': row(
    'refused',
    'The agreement {agreement} has expired. Next move: the data officers of both agencies, who can renew it.',
    'انتهت مدة الاتفاقية {agreement}. الإجراء التالي على: ضابطي البيانات في الجهتين لتجديدها.',
  ),
  'agreement-not-yet-valid': row(
    'refused',
    'The agreement {agreement} is not in force yet. Next move: you, to ask again once it is.',
    'لم يبدأ سريان الاتفاقية {agreement} بعد. الإجراء التالي على: مقدم الطلب لإعادة الطلب بعد بدء سريانها.',
  ),
  'agreement-suspended': row(
    'refused',
    'The agreement {agreement} is suspended. Next move: the data officers of both agencies.',
    'الاتفاقية {agreement} موقوفة حاليًا. الإجراء التالي على: ضابطي البيانات في الجهتين.',
  ),
  'purpose-not-agreed': row(
    'refused',
    'The purpose {purpose} is not one that the agencies agreed on. Next move: you, to name the agreed purpose.',
    'الغرض {purpose} خارج ما اتفقت عليه الجهتان. الإجراء التالي على: مقدم الطلب لتحديد الغرض المتفق عليه.',
  ),
  'claim-not-agreed': row(
    'refused',
    'The claim {claim} is outside the agreement. Next move: you, to ask only for agreed claims.',
    'البيان {claim} خارج الاتفاقية. الإجراء التالي على: مقدم الطلب للاكتفاء بالبيانات المتفق عليها.',
  ),
  'quota-spent': row(
    'refused',
    "Today's quota of the agreement {agreement} is spent. Next move: you, to ask again tomorrow.",
    'استُنفدت حصة اليوم من الاتفاقية {agreement}. الإجراء التالي على: مقدم الطلب لإعادة الطلب غدًا.',
  ),
  'unknown-agency': row(
    'refused',
    'The registry knows no agency {agency}. Next move: you, to check its id.',
    'لا توجد جهة بالمعرّف {agency} في سجل الجهات والاتفاقيات. الإجراء التالي على: مقدم الطلب للتأكد من المعرّف.',
  ),
  'unknown-document-type': row(
    'refused',
    'The registry knows no document type {documentType}. Next move: you, to check its name and version.',
    'نوع الوثيقة {documentType} غير مسجل. الإجراء التالي على: مقدم الطلب للتأكد من اسمه وإصداره.',
  ),
  'malformed-message': row(
    'refused',
    "A message cannot be read ({what}). Next move: the sending agency's integrator, to mend it.",
    'تعذرت قراءة الرسالة ({what}). الإجراء التالي على: الفريق الفني في الجهة المرسلة لتصحيحها.',
  ),
  'duplicate-json-name': row(
    'refused',
    "A message gives one name twice. Next move: the sending agency's integrator, to mend it.",
    'تكرر الاسم نفسه داخل الرسالة. الإجراء التالي على: الفريق الفني في الجهة المرسلة لتصحيحها.',
  ),
  'wrong-type': row(
    'refused',
    "A signed statement of another kind stands where {expected} belongs. Next move: the sending agency's integrator.",
    'ورد بيان موقَّع من نوع آخر في موضع {expected}. الإجراء التالي على: الفريق الفني في الجهة المرسلة.',
  ),
  'signature-invalid': row(
    'refused',
    "A signature does not fit the message and the key. Next move: the signing agency's integrator, to check its key.",
    'التوقيع لا يطابق الرسالة أو المفتاح. الإجراء التالي على: الفريق الفني في الجهة الموقِّعة للتأكد من مفتاحها.',
  ),
  'pin-mismatch': row(
    'refused',
    'A key differs from the one pinned in the agreement. Next move: your security officer; take no data until it is explained.',
    'المفتاح يختلف عن المفتاح المثبت في الاتفاقية. الإجراء التالي على: مسؤول الأمن في جهتك، ولا تُتبادل بيانات قبل توضيح السبب.',
  ),
  'message-too-large': row(
    'refused',
    "A message is larger than {limit} bytes. Next move: the sending agency's integrator, to make it smaller.",
    'حجم الرسالة يتجاوز {limit} بايت. الإجراء التالي على: الفريق الفني في الجهة المرسلة لتصغيرها.',
  ),
  'sealed-unreadable': row(
    'refused',
    "A sealed message does not open with this agency's key. Next move: the sending agency's integrator, to seal it to the registered key.",
    'تعذر فتح الرسالة المشفَّرة بمفتاح هذه الجهة. الإجراء التالي على: الفريق الفني في الجهة المرسلة لتشفيرها بالمفتاح المسجل.',
  ),
  'private-part-unequal': row(
    'refused',
    "The audit service's copy of the private part is not the provider's. Next move: the requesting agency's integrator.",
    'نسخة التدقيق من الجزء الخاص لا تطابق نسخة الجهة المزوِّدة. الإجراء التالي على: الفريق الفني في الجهة الطالبة.',
  ),
  'credential-invalid': row(
    'refused',
    "The document is not a credential of the agreed form. Next move: the providing agency's integrator.",
    'الوثيقة ليست بالصيغة المتفق عليها. الإجراء التالي على: الفريق الفني في الجهة المزوِّدة.',
  ),
  'journal-damaged': row(
    'failure',
    'The journal is damaged at entry {sequence}. Next move: your security officer, to compare it with the evidence log.',
    'سجل الجهة متضرر عند القيد رقم {sequence}. الإجراء التالي على: مسؤول الأمن في جهتك لمقارنته بسجل الإثبات.',
  ),
} as const satisfies Record<string, Row>;

export type Code = keyof typeof CODES;
export type Params = Readonly<Record<string, string | number>>;

/** The sentence of a code. In Arabic every value is isolated (Unicode FSI and PDI), so that an id reads in its own direction. */
export const sentence = (code: Code, language: 'en' | 'ar', params: Params = {}): string =>
  CODES[code][language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name] ?? '-');
    return language === 'ar' ? `\u2068${value}\u2069` : value;
  });

/** The one error class: nobody's plan, with a stable code. `params` carry no personal data. */
export class WaslError extends Error {
  readonly code: Code;
  readonly params: Params;

  constructor(code: Code, params: Params = {}, options?: ErrorOptions) {
    super(sentence(code, 'en', params), options);
    this.name = 'WaslError';
    this.code = code;
    this.params = params;
  }
}
