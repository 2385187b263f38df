import { row } from './code-row.ts';

/** What is wrong with a schema, or keeps it from being checked. */
export const SCHEMAS = {
  'schema-not-json': row(
    'usage',
    'requester-integrator',
    'The schema is not valid JSON. Next move: its author, to mend the file.',
    'المخطط ليس JSON صحيحًا. الإجراء التالي على: معدّ المخطط لتصحيح الملف.',
  ),
  'schema-invalid': row(
    'usage',
    'requester-integrator',
    'The schema is not a valid JSON Schema at {pointer} ({what}). Next move: its author, to mend that place.',
    'المخطط ليس مخطط JSON Schema صحيحًا في الموضع {pointer} ({what}). الإجراء التالي على: معدّ المخطط لتصحيح هذا الموضع.',
  ),
  'schema-claim-name': row(
    'usage',
    'requester-integrator',
    'The schema has a claim called {name}, which could never be disclosed. Next move: its author, to name it with up to 64 letters and digits, and as nothing that a credential keeps for itself (status, sub, iss and the like).',
    'في المخطط حقل اسمه {name} ولا يمكن الإفصاح عنه أبدًا. الإجراء التالي على: معدّ المخطط لتسميته بما لا يزيد على 64 حرفًا لاتينيًا ورقمًا، وبغير ما تحتفظ به الوثيقة لنفسها (مثل status وsub وiss).',
  ),
  'schema-draft-unknown': row(
    'usage',
    'requester-integrator',
    'The schema is of a draft that is not read here ({draft}). Next move: its author, to use draft 2020-12 or draft-07.',
    'كُتب المخطط بمسودة غير مدعومة ({draft}). الإجراء التالي على: معدّ المخطط لاستخدام المسودة 2020-12 أو draft-07.',
  ),
  'schema-reference-unreachable': row(
    'usage',
    'requester-integrator',
    'The schema refers to {reference}, which is not here. Next move: its author, to register that schema or to mend the reference.',
    'يشير المخطط إلى {reference} وهو غير متوفر. الإجراء التالي على: معدّ المخطط لتسجيل ذلك المخطط أو تصحيح الإشارة.',
  ),
  'schema-reference-loop': row(
    'usage',
    'requester-integrator',
    'The schema at {reference} refers to itself without looking further into the document. Next move: its author, to break that loop.',
    'المخطط في {reference} يشير إلى نفسه دون التقدم داخل الوثيقة. الإجراء التالي على: معدّ المخطط لكسر هذه الحلقة.',
  ),
  'schema-too-deep': row(
    'usage',
    'requester-integrator',
    'The schema is nested deeper than {limit} levels. Next move: its author, to give inner parts a name under $defs.',
    'تداخل المخطط أعمق من {limit} مستوى. الإجراء التالي على: معدّ المخطط لتسمية أجزائه الداخلية تحت $defs.',
  ),
  'schema-too-large': row(
    'usage',
    'requester-integrator',
    'The schema is larger than {limit} bytes. Next move: its author, to split it.',
    'حجم المخطط يتجاوز {limit} بايت. الإجراء التالي على: معدّ المخطط لتقسيمه.',
  ),
  'schema-check-exhausted': row(
    'refused',
    'requester-integrator',
    'It cannot be proven compatible within {limit} steps. Next move: the author, to make the change smaller or to publish a new major version.',
    'تعذر إثبات التوافق ضمن {limit} خطوة. الإجراء التالي على: معدّ المخطط لتصغير التغيير أو نشر إصدار رئيسي جديد.',
  ),
  'schema-incompatible': row(
    'refused',
    'requester-integrator',
    'The new schema is incompatible with the older one. Next move: its author; the findings say where, each with a document that would break.',
    'المخطط الجديد غير متوافق مع الأقدم. الإجراء التالي على: معدّ المخطط، والنتائج تبين المواضع مع وثيقة ستتعطل لكل موضع.',
  ),
  'schema-unproven': row(
    'refused',
    'requester-integrator',
    'The new schema cannot be proven compatible with the older one. Next move: its author; the findings say where.',
    'لا يمكن إثبات توافق المخطط الجديد مع الأقدم. الإجراء التالي على: معدّ المخطط، والنتائج تبين المواضع.',
  ),
} as const;
