import { row } from './code-row.ts';

/** Ends of what is asked of the registry of schemas. */
export const SUBJECTS = {
  'schema-subject-unknown': row(
    'not-found',
    'requester',
    'The registry has no schemas under the subject {subject}. Next move: you, to check its name.',
    'لا مخططات مسجلة تحت العنوان {subject}. الإجراء التالي على: مقدم الطلب للتأكد من الاسم.',
  ),
  'schema-version-unknown': row(
    'not-found',
    'requester',
    'The subject {subject} has no version {version}. Next move: you, to check the number.',
    'ليس للعنوان {subject} إصدار برقم {version}. الإجراء التالي على: مقدم الطلب للتأكد من الرقم.',
  ),
  'schema-unknown': row(
    'not-found',
    'requester',
    'The registry has no such schema ({what}). Next move: you, to check what you ask for, or to register it.',
    'لا يوجد مخطط مسجل كهذا ({what}). الإجراء التالي على: مقدم الطلب للتأكد مما يطلبه أو لتسجيله.',
  ),
  'schema-level-not-set': row(
    'not-found',
    'requester',
    'No compatibility level was set for the subject {subject} alone. Next move: you, to ask for the level of all subjects.',
    'لم يُحدَّد مستوى توافق خاص بالعنوان {subject}. الإجراء التالي على: مقدم الطلب للسؤال عن المستوى العام.',
  ),
  'schema-mode-not-set': row(
    'not-found',
    'requester',
    'No mode was set for the subject {subject} alone. Next move: you, to ask for the mode of all subjects.',
    'لم يُحدَّد وضع خاص بالعنوان {subject}. الإجراء التالي على: مقدم الطلب للسؤال عن الوضع العام.',
  ),
  'schema-call-invalid': row(
    'usage',
    'requester-integrator',
    'The call that brings the schema is not right: {what}. Next move: the integrator of the calling system.',
    'النداء الذي يحمل المخطط غير صحيح: {what}. الإجراء التالي على: الفريق الفني للنظام الطالب.',
  ),
  'schema-type-unsupported': row(
    'refused',
    'provider-integrator',
    'Only schemas of type JSON are registered here, not {type}. Next move: its publisher, to say schemaType JSON.',
    'لا تُسجَّل هنا إلا مخططات من نوع JSON وليس {type}. الإجراء التالي على: ناشر المخطط لتحديد النوع JSON.',
  ),
  'schema-frozen': row(
    'refused',
    'provider-integrator',
    'What is registered is frozen, and nothing of it is deleted. Next move: its publisher, to register a new version.',
    'ما سُجِّل ثابت لا يُحذف منه شيء. الإجراء التالي على: ناشر المخطط لتسجيل إصدار جديد.',
  ),
  'schema-not-imported': row(
    'refused',
    'provider-integrator',
    'Ids are given here and never taken over from another registry. Next move: its publisher, to register without an id.',
    'تُعطى المعرّفات هنا ولا تُنقل من سجل آخر. الإجراء التالي على: ناشر المخطط للتسجيل من دون معرّف.',
  ),
  'schema-read-only': row(
    'refused',
    'operator',
    'The subject {subject} takes nothing new now. Next move: the operator of the bus, who set its mode.',
    'العنوان {subject} لا يقبل جديدًا حاليًا. الإجراء التالي على: مشغّل المنصة الذي حدد وضعه.',
  ),
  'schema-version-invalid': row(
    'usage',
    'requester-integrator',
    'A version is a whole number from 1 or the word latest, not {version}. Next move: the integrator of the calling system.',
    'الإصدار عدد صحيح يبدأ من 1 أو كلمة latest، وليس {version}. الإجراء التالي على: الفريق الفني للنظام الطالب.',
  ),
  'schema-subject-invalid': row(
    'usage',
    'requester-integrator',
    'This is no name for a subject: 1 to 255 characters, none of them a control character, and no context. Next move: the integrator of the calling system.',
    'هذا ليس اسمًا صالحًا لعنوان: من 1 إلى 255 حرفًا بلا رموز تحكم ولا سياق. الإجراء التالي على: الفريق الفني للنظام الطالب.',
  ),
  'schema-level-invalid': row(
    'usage',
    'requester-integrator',
    'The compatibility level is one of {levels}. Next move: the integrator of the calling system.',
    'مستوى التوافق واحد من: {levels}. الإجراء التالي على: الفريق الفني للنظام الطالب.',
  ),
  'schema-mode-invalid': row(
    'usage',
    'requester-integrator',
    'The mode is one of {modes}. Next move: the integrator of the calling system.',
    'الوضع واحد من: {modes}. الإجراء التالي على: الفريق الفني للنظام الطالب.',
  ),
  'credentials-needed': row(
    'usage',
    'requester-integrator',
    'This call wants a user name and password, or the certificate of one who may make it. Next move: the integrator of the calling system.',
    'يتطلب هذا النداء اسم مستخدم وكلمة مرور أو شهادة من يحق له ذلك. الإجراء التالي على: الفريق الفني للنظام الطالب.',
  ),
} as const;
