import { row } from './code-row.ts';

/** What the registry says of those who join it, change it, or look for it. */
export const REGISTRY = {
  'registry-unreachable': row(
    'unavailable',
    'operator',
    'Nothing answers at {address}, where the registry should be. Next move: whoever runs that registry, to start it (`wasl up` on one machine); if it runs, your operator, to check the address and the network.',
    'لا يوجد رد على العنوان {address} المحدد للسجل. الإجراء التالي على: مشغّل السجل لتشغيله (`wasl up` على جهاز واحد)، وإن كان يعمل فعلى مشغّل النظام في جهتك للتأكد من العنوان والشبكة.',
  ),
  'not-the-registry': row(
    'refused',
    'security-officer',
    'What answered at {address} is not the registry. Next move: your security officer; send nothing there until it is explained.',
    'الطرف الذي أجاب على العنوان {address} ليس السجل. الإجراء التالي على: مسؤول الأمن في جهتك، ولا يُرسل إليه شيء قبل توضيح السبب.',
  ),
  'root-mismatch': row(
    'refused',
    'security-officer',
    'The registry at {address} is not under the authority that the invitation names. Next move: your security officer; nothing was sent there.',
    'السجل على العنوان {address} لا يتبع السلطة المذكورة في الدعوة. الإجراء التالي على: مسؤول الأمن في جهتك، ولم يُرسل إليه شيء.',
  ),
  'invitation-unreadable': row(
    'usage',
    'requester-integrator',
    'This is not an invitation as the authority gives it. Next move: you, to paste the whole of it.',
    'هذا النص ليس دعوة صادرة عن السلطة. الإجراء التالي على: مقدم الطلب لإدخال نص الدعوة كاملًا.',
  ),
  'invitation-unknown': row(
    'refused',
    'requester-integrator',
    'The registry made no such invitation for {agency}. Next move: you, to ask the authority for a new one.',
    'لا توجد في السجل دعوة كهذه للجهة {agency}. الإجراء التالي على: الفريق الفني لديك لطلب دعوة جديدة من السلطة.',
  ),
  'invitation-used': row(
    'refused',
    'requester-integrator',
    'The invitation of {agency} was used before. Next move: you; if nobody of yours used it, tell the authority at once.',
    'استُخدمت دعوة الجهة {agency} من قبل. الإجراء التالي على: الفريق الفني لديك، وإن لم يستخدمها أحد منكم فأبلغوا السلطة فورًا.',
  ),
  'invitation-expired': row(
    'refused',
    'requester-integrator',
    'The invitation of {agency} has expired. Next move: you, to ask the authority for a new one.',
    'انتهت صلاحية دعوة الجهة {agency}. الإجراء التالي على: الفريق الفني لديك لطلب دعوة جديدة من السلطة.',
  ),
  'agency-taken': row(
    'refused',
    'operator',
    'There is an agency {agency} already. Next move: the authority, to choose another id.',
    'توجد جهة مسجلة بالمعرّف {agency}. الإجراء التالي على: السلطة لاختيار معرّف آخر.',
  ),
  'certificate-request-invalid': row(
    'refused',
    'requester-integrator',
    'The request for a certificate cannot be granted: {what}. Next move: the integrator of the agency, to make it anew.',
    'تعذر إصدار الشهادة: {what}. الإجراء التالي على: الفريق الفني في الجهة لإعداد طلب جديد.',
  ),
  'key-used-before': row(
    'refused',
    'requester-integrator',
    'The key was used before, or for something else. Next move: the integrator of the agency, to make a fresh key for each use.',
    'المفتاح مستخدم من قبل أو لغرض آخر. الإجراء التالي على: الفريق الفني في الجهة لإنشاء مفتاح جديد لكل استخدام.',
  ),
  'authority-only': row(
    'refused',
    'operator',
    'Only the authority may do this. Next move: an operator of the authority.',
    'هذا الإجراء من صلاحية السلطة وحدها. الإجراء التالي على: أحد مشغّلي السلطة.',
  ),
  'entity-not-yours': row(
    'refused',
    'requester-integrator',
    'The agency {agency} may not change {entity}. Next move: the agency that it belongs to, or the authority.',
    'لا يحق للجهة {agency} تعديل {entity}. الإجراء التالي على: الجهة المعنية أو السلطة.',
  ),
  'agreement-unknown': row(
    'refused',
    'data-officers',
    'The registry shows no agreement {agreement} to this agency. Next move: you, to check its id with whoever told it.',
    'لا توجد في السجل اتفاقية بالمعرّف {agreement} تخص هذه الجهة. الإجراء التالي على: ضابط البيانات للتأكد من المعرّف.',
  ),
  'drafts-too-many': row(
    'refused',
    'data-officers',
    'The agency {agency} has {most} agreements that the authority has not approved, and may have no more. Next move: its data officer, to have some of them accepted and approved, or to draft a later version of one in its place.',
    'لدى الجهة {agency} {most} من الاتفاقيات غير المعتمدة، وهو الحد الأعلى. الإجراء التالي على: ضابط البيانات فيها لاستكمال قبول بعضها واعتماده، أو صياغة إصدار جديد من إحداها بدلًا منها.',
  ),
  'entity-frozen': row(
    'refused',
    'provider-integrator',
    'What is published as {entity} does not change any more. Next move: its owner, to publish a new version.',
    'ما نُشر باسم {entity} لا يقبل التعديل. الإجراء التالي على: الجهة المالكة لنشر إصدار جديد.',
  ),
  'entity-outdated': row(
    'refused',
    'requester-integrator',
    'The registry holds a later state of {entity}. Next move: you, to read it again and go on from there.',
    'في السجل حالة أحدث من {entity}. الإجراء التالي على: مقدم الطلب لقراءتها من جديد والمتابعة منها.',
  ),
} as const;
