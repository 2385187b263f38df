import { row } from './code-row.ts';

/** What stands between a request and an agreement, and between an officer and a step of one. */
export const AGREEMENT = {
  'no-agreement': row(
    'refused',
    'data-officers',
    "No agreement covers this request. Next move: your agency's data officer, who can propose one.",
    'لا توجد اتفاقية تبادل بيانات تغطي هذا الطلب. الإجراء التالي على: ضابط البيانات في جهتك لاقتراح اتفاقية.',
  ),
  'agreement-expired': row(
    'refused',
    'data-officers',
    'The agreement {agreement} has expired. Next move: the data officers of both agencies, who can renew it.',
    'انتهت مدة الاتفاقية {agreement}. الإجراء التالي على: ضابطي البيانات في الجهتين لتجديدها.',
  ),
  'agreement-not-yet-valid': row(
    'refused',
    'requester',
    'The agreement {agreement} is not in force yet. Next move: you, to ask again once it is.',
    'لم يبدأ سريان الاتفاقية {agreement} بعد. الإجراء التالي على: مقدم الطلب لإعادة الطلب بعد بدء سريانها.',
  ),
  'agreement-unfinished': row(
    'refused',
    'data-officers',
    'The agreement {agreement} still says what its template says: {what}. Next move: the data officer who drafts it, to write there what is true.',
    'لا تزال في الاتفاقية {agreement} نصوص من النموذج: {what}. الإجراء التالي على: ضابط البيانات الذي يصوغها لكتابة النص الصحيح مكانها.',
  ),
  'agreement-not-accepted': row(
    'refused',
    'data-officers',
    'The agreement {agreement} is a draft. Next move: the data officer of {provider}, to accept it.',
    'الاتفاقية {agreement} مسودة لم تُقبل بعد. الإجراء التالي على: ضابط البيانات في الجهة {provider} لقبولها.',
  ),
  'agreement-not-approved': row(
    'refused',
    'authority',
    'Both agencies have signed the agreement {agreement}, and it is not approved yet. Next move: the authority, to approve it.',
    'وقعت الجهتان الاتفاقية {agreement} ولم تُعتمد بعد. الإجراء التالي على: الجهة المشرفة على المنصة لاعتمادها.',
  ),
  'agreement-suspended': row(
    'refused',
    'data-officers',
    'The agreement {agreement} is suspended by {by}. Next move: the data officer there, since only who suspends can resume.',
    'الاتفاقية {agreement} موقوفة بقرار من {by}. الإجراء التالي على: ضابط البيانات هناك، فلا يستأنفها إلا من أوقفها.',
  ),
  'agreement-terminated': row(
    'refused',
    'data-officers',
    "The agreement {agreement} has been terminated. Next move: your agency's data officer, who can propose a new one.",
    'أُنهيت الاتفاقية {agreement}. الإجراء التالي على: ضابط البيانات في جهتك لاقتراح اتفاقية جديدة.',
  ),
  'step-out-of-order': row(
    'refused',
    'data-officers',
    'The step "{step}" cannot follow where the agreement {agreement} stands. Next move: the officer of {issuer}, to look at its state and sign anew.',
    'لا يمكن تنفيذ الإجراء "{step}" على الاتفاقية {agreement} في حالتها الحالية. الإجراء التالي على: الموظف المختص في {issuer} للتأكد من حالتها والتوقيع من جديد.',
  ),
  'step-not-yours': row(
    'refused',
    'data-officers',
    'The step "{step}" on the agreement {agreement} is not for {issuer} to take. Next move: the officer of the side whose step it is.',
    'الإجراء "{step}" على الاتفاقية {agreement} ليس من صلاحية {issuer}. الإجراء التالي على: الموظف المختص في الطرف صاحب الصلاحية.',
  ),
  'step-over-other-text': row(
    'refused',
    'data-officers',
    'The step "{step}" of {issuer} is over another text than that of the agreement {agreement}. Next move: that officer, to read what both agencies signed and sign anew.',
    'وُقّع الإجراء "{step}" من {issuer} على نص يختلف عن نص الاتفاقية {agreement}. الإجراء التالي على: الموظف الموقّع لقراءة النص الموقع من الجهتين والتوقيع من جديد.',
  ),
  'step-back-in-time': row(
    'refused',
    'data-officers',
    'The step "{step}" of {issuer} on the agreement {agreement} is dated before the step that it follows. Next move: that officer, to check the clock and sign anew.',
    'تاريخ الإجراء "{step}" من {issuer} على الاتفاقية {agreement} يسبق تاريخ الإجراء الذي قبله. الإجراء التالي على: الموظف الموقّع للتأكد من الساعة والتوقيع من جديد.',
  ),
  'step-untimely': row(
    'refused',
    'data-officers',
    'The step "{step}" of {issuer} on the agreement {agreement} is not dated now. Next move: that officer, to check the clock and sign anew.',
    'تاريخ الإجراء "{step}" من {issuer} على الاتفاقية {agreement} لا يوافق الوقت الحالي. الإجراء التالي على: الموظف الموقّع للتأكد من الساعة والتوقيع من جديد.',
  ),
  'same-person-twice': row(
    'refused',
    'data-officers',
    'The person {person} has signed this agreement for more than one side. Next move: another officer, to sign in the place of one of the two.',
    'وقّع الشخص {person} هذه الاتفاقية عن أكثر من طرف. الإجراء التالي على: موظف آخر ليوقع عن أحد الطرفين.',
  ),
  'officer-not-certified': row(
    'refused',
    'data-officers',
    'No certificate of {issuer} says that this key may act on agreements. Next move: {issuer}, to certify its officer (`wasl officer certify`).',
    'لا توجد شهادة من {issuer} تخوّل صاحب هذا المفتاح التوقيع على الاتفاقيات. الإجراء التالي على: {issuer} لإصدار شهادة لموظفها (`wasl officer certify`).',
  ),
  'officer-key-of-another': row(
    'refused',
    'data-officers',
    'The key that {issuer} certifies is, or was, certified for another person. Next move: {issuer}, to certify a key that this officer alone has made (`wasl officer certify` makes one under a new name).',
    'المفتاح الذي تصدر له {issuer} شهادة صدرت له شهادة باسم شخص آخر. الإجراء التالي على: {issuer} لإصدار الشهادة لمفتاح خاص بهذا الموظف وحده (ينشئ `wasl officer certify` مفتاحًا باسم جديد).',
  ),
  'officer-expired': row(
    'refused',
    'data-officers',
    'The certificate of officer {person} of {issuer} does not cover the time of the signature. Next move: {issuer}, to renew it; then that officer, to sign anew.',
    'شهادة الموظف {person} لدى {issuer} لا تغطي وقت التوقيع. الإجراء التالي على: {issuer} لتجديدها ثم على الموظف للتوقيع من جديد.',
  ),
  'officer-revoked': row(
    'refused',
    'data-officers',
    '{issuer} has revoked the key of officer {person}, from before it signed. Next move: {issuer}, to have another officer sign.',
    'ألغت {issuer} مفتاح الموظف {person} قبل التوقيع به. الإجراء التالي على: {issuer} لتكليف موظف آخر بالتوقيع.',
  ),
} as const;
