import { row } from './code-row.ts';

/** What is said of a document after it was delivered: whether it still counts. */
export const STATUS = {
  'document-revoked': row(
    'refused',
    'requester',
    'The provider has revoked this document. Next move: you, to ask for a new one.',
    'ألغت الجهة المزوِّدة هذه الوثيقة. الإجراء التالي على: مقدم الطلب لطلب وثيقة جديدة.',
  ),
  'document-expired': row(
    'refused',
    'requester',
    'The document has expired. Next move: you, to ask for a new one.',
    'انتهت صلاحية الوثيقة. الإجراء التالي على: مقدم الطلب لطلب وثيقة جديدة.',
  ),
  'document-not-yours': row(
    'refused',
    'requester',
    'The document was delivered to {holder}, and {agency} may not rely on it. Next move: you, to ask for one under an agreement of your own.',
    'سُلّمت الوثيقة إلى الجهة {holder}، ولا يحق للجهة {agency} الاعتماد عليها. الإجراء التالي على: مقدم الطلب لطلب وثيقة بموجب اتفاقية تخص جهته.',
  ),
  'document-not-issued': row(
    'refused',
    'data-officers',
    'The agency {agency} delivered no document under the request {requestId}. Next move: its data officer, to check the request id.',
    'لم تُسلّم الجهة {agency} أي وثيقة بموجب الطلب {requestId}. الإجراء التالي على: ضابط البيانات فيها للتأكد من معرّف الطلب.',
  ),
  'status-list-missing': row(
    'unavailable',
    'provider-integrator',
    'No status list of {provider} says whether the document still counts. Next move: the provider’s integrator, to have its lists published.',
    'لا توجد قائمة حالة من الجهة {provider} تبيّن هل ما زالت الوثيقة سارية. الإجراء التالي على: الفريق الفني في الجهة المزوِّدة لنشر قوائمها.',
  ),
  'status-list-stale': row(
    'unavailable',
    'provider-integrator',
    'The newest status list of {provider} has expired, so that nobody knows whether the document still counts. Next move: the provider’s integrator, to have it renewed.',
    'انتهت مدة أحدث قائمة حالة من الجهة {provider}، فلا يُعرف هل ما زالت الوثيقة سارية. الإجراء التالي على: الفريق الفني في الجهة المزوِّدة لتجديدها.',
  ),
  'status-list-invalid': row(
    'refused',
    'provider-integrator',
    'A status list is not of its form: {what}. Next move: the integrator of the provider that signed it.',
    'قائمة الحالة ليست بالشكل الصحيح: {what}. الإجراء التالي على: الفريق الفني في الجهة المزوِّدة التي وقّعتها.',
  ),
  'status-index-unknown': row(
    'refused',
    'provider-integrator',
    'The document names a place that the status list of {provider} does not have. Next move: the provider’s integrator.',
    'تذكر الوثيقة موضعًا لا وجود له في قائمة الحالة لدى الجهة {provider}. الإجراء التالي على: الفريق الفني في الجهة المزوِّدة.',
  ),
} as const;
