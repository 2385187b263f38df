import type { Bilingual } from '../../kernel/agreement.ts';
import { type CheckEnd, hindrancesIn, type Verdict } from '../../kernel/readiness.ts';

/** What an adapter is held to: in plain words, and what to do when it fails. */
export interface Check {
  /** An agency becomes active only when it passed; the others depend on what the integrator lets the suite do. */
  readonly required: boolean;
  readonly title: Bilingual;
  readonly mend: Bilingual;
}

/** Version of the suite, as a readiness report names it. */
export const SUITE = '1';

const check = (title: Bilingual, mend: Bilingual, required = true): Check => ({ required, title, mend });
const both = (en: string, ar: string): Bilingual => ({ en, ar });

const TRUST = both(
  'Verify an offer before the handler is called: with wasl-kit this is done for you; without it, see “Life of a document request” in services/README.md.',
  'تحقَّق من العرض قبل استدعاء المجيب. تقوم حزمة wasl-kit بذلك عنك، ومن دونها راجع مسار الطلب في services/README.md.',
);

/** In the order in which they are made. */
export const CHECKS = {
  attaches: check(
    both(
      'It attaches with the agency’s certificate, for this document type',
      'يتصل بشهادة الجهة ويعرض نوع الوثيقة المطلوب',
    ),
    both(
      'Look at the adapter’s log: it must dial every gateway in bus.json with tls.crt and tls.key of the identity folder, and say hello with its own document types and at least one credit.',
      'راجع سجل المحوِّل: عليه الاتصال بكل بوابة في bus.json بملفي tls.crt وtls.key من مجلد الهوية، وأن يعلن أنواع وثائقه مع سعة لا تقل عن طلب واحد.',
    ),
  ),
  delivers: check(
    both('It delivers the document of a known subject', 'يسلِّم وثيقة صاحب علاقة معروف'),
    both(
      'Ask the handler for this subject by itself; the adapter’s log says why it did not give a document.',
      'جرِّب المجيب وحده على صاحب العلاقة نفسه؛ ويبيّن سجل المحوِّل سبب عدم إصدار الوثيقة.',
    ),
  ),
  'answer-signed': check(
    both(
      'Its answer is signed by the agency’s registered key, over this request and this receipt',
      'جوابه موقَّع بمفتاح الجهة المسجَّل، وعلى هذا الطلب وهذا الإيصال',
    ),
    both(
      'Use signing.jwk of the identity folder, whose public half the registry has, and name the digests of the offer’s exact text.',
      'استخدم signing.jwk من مجلد الهوية، فنصفه العام لدى سجل الجهات، واذكر بصمة نص العرض كما وصل حرفيًا.',
    ),
  ),
  'document-sealed': check(
    both(
      'The document is sealed to the requester, and its credential is signed and bound to this request',
      'الوثيقة مشفَّرة للجهة الطالبة، واعتمادها موقَّع ومرتبط بهذا الطلب',
    ),
    both(
      'Seal to the encryption key that the signed request names, and issue the credential with iss, aud, vct, purpose, request, asOf and exp of this request.',
      'شفِّر الوثيقة للمفتاح المذكور في الطلب الموقَّع، وأصدر الاعتماد بقيم iss وaud وvct وpurpose وrequest وasOf وexp لهذا الطلب.',
    ),
  ),
  'document-valid': check(
    both(
      'The document is valid by its schema, and about whom was asked',
      'الوثيقة مطابقة لمخططها، وعن صاحب العلاقة المطلوب',
    ),
    both(
      'Hold the document to the schema before it is issued; a property that the register does not hold is null and not missing.',
      'طابق الوثيقة مع مخططها قبل إصدارها؛ والبيان الذي لا يحتويه السجل قيمته null ولا يُحذف.',
    ),
  ),
  'claims-agreed': check(
    both('It discloses all of the claims asked for, and no other', 'يفصح عن كل البيانات المطلوبة، ولا شيء غيرها'),
    both(
      'Disclose exactly the claims that the request names; the agreement may open fewer than the document has.',
      'أفصح عن البيانات المذكورة في الطلب فقط؛ فقد تتيح الاتفاقية أقل مما في الوثيقة.',
    ),
  ),
  'claims-withheld': check(
    both('Asked for one claim, it withholds the others', 'إذا طُلب بيان واحد حُجبت البيانات الأخرى'),
    both(
      'Drop what was not asked for before anything is signed: a claim that is withheld is in no disclosure and in no digest list.',
      'احذف ما لم يُطلب قبل التوقيع: البيان المحجوب لا يظهر في الإفصاحات ولا في قائمة البصمات.',
    ),
  ),
  'not-found': check(
    both('An unknown subject gets a signed “not found”', 'صاحب العلاقة غير المعروف جوابه «لا يوجد قيد» موقَّعًا'),
    both(
      'Give not-found when the register was read and holds no such entry, and in no other case.',
      'أجب بـ «لا يوجد قيد» إذا قُرئ السجل ولم يحتوِ القيد، وليس في أي حالة أخرى.',
    ),
  ),
  'malformed-subject': check(
    both(
      'A subject of the wrong form or scheme is refused before the register is asked',
      'يُرفض المعرِّف الخاطئ شكلًا أو نوعًا قبل سؤال السجل',
    ),
    both(
      'Check the subject against x-subject-schemes of the schema: invalid-subject for its form, unknown-subject-scheme for its scheme.',
      'تحقَّق من المعرِّف وفق x-subject-schemes في المخطط: ‏invalid-subject للشكل وunknown-subject-scheme للنوع.',
    ),
  ),
  'deadline-passed': check(
    both('After its deadline a request starts nothing', 'لا يبدأ العمل على طلب انقضت مهلته'),
    both(
      'Compare the signed deadline with the clock before the handler is called; answer deadline-exceeded, or nothing. Is the machine’s clock right?',
      'قارن المهلة الموقَّعة بالساعة قبل استدعاء المجيب، وأجب بـ deadline-exceeded أو لا تجب. هل ساعة الجهاز صحيحة؟',
    ),
  ),
  'deadline-near': check(
    both('No document leaves after the deadline', 'لا تخرج وثيقة بعد انقضاء المهلة'),
    both(
      'Stop at the deadline: hand the handler’s signal on to the source system, and throw away what comes later.',
      'توقَّف عند انقضاء المهلة: مرِّر إشارة المجيب إلى النظام المصدر، وتجاهل ما يصل بعدها.',
    ),
  ),
  freshness: check(
    both('An old, a future and an over-long request are refused', 'يُرفض الطلب القديم والمؤرَّخ في المستقبل وطويل المهلة'),
    TRUST,
  ),
  cancel: check(
    both('A cancelled request is let go, and its place is free again', 'يُترك الطلب الملغى ويعود مكانه متاحًا'),
    both(
      'On Cancel abort the handler and take the offer off the count of credits, whether an answer left or not.',
      'عند الإلغاء أوقف المجيب وأخرج العرض من حساب السعة، سواء خرج جواب أم لم يخرج.',
    ),
  ),
  replay: check(
    both('The same offer twice is answered once', 'العرض المكرر يُجاب عنه مرة واحدة'),
    both(
      'Remember request ids in the journal before the handler is called, and refuse a second one as request-replayed.',
      'دوِّن أرقام الطلبات في السجل قبل استدعاء المجيب، وارفض المكرر بـ request-replayed.',
    ),
  ),
  'replay-other-bytes': check(
    both('Another request under a used id is refused', 'يُرفض طلب آخر برقم مستخدم'),
    both(
      'The id decides, not the bytes: refuse as request-replayed.',
      'العبرة بالرقم لا بالمحتوى: ارفض بـ request-replayed.',
    ),
  ),
  'altered-signature': check(both('An altered request is refused', 'يُرفض الطلب المعدَّل'), TRUST),
  'foreign-signer': check(both('A request that another key signed is refused', 'يُرفض طلب موقَّع بمفتاح آخر'), TRUST),
  'altered-private-part': check(
    both('A private part that the request does not name is refused', 'يُرفض جزء خاص لا يذكره الطلب'),
    TRUST,
  ),
  'foreign-agency': check(both('An agency without an agreement is refused', 'تُرفض جهة بلا اتفاقية'), TRUST),
  'purpose-not-agreed': check(both('A purpose that was not agreed is refused', 'يُرفض غرض لم يُتفق عليه'), TRUST),
  'claim-not-agreed': check(both('A claim that was not agreed is refused', 'يُرفض بيان لم يُتفق عليه'), TRUST),
  'receipt-missing': check(both('Without a receipt nothing is answered', 'لا جواب بلا إيصال'), TRUST),
  'receipt-foreign': check(
    both('The receipt of another request counts for nothing', 'إيصال طلب آخر لا قيمة له'),
    TRUST,
  ),
  'other-key': check(
    both('It seals to no key but the requester’s registered one', 'لا تُشفَّر الوثيقة لغير المفتاح المسجَّل للجهة الطالبة'),
    TRUST,
  ),
  suspension: check(
    both(
      'A suspended agreement is refused within 5 s, and served again once resumed',
      'تُرفض الاتفاقية الموقوفة خلال ٥ ثوانٍ، وتعود بعد استئنافها',
    ),
    both(
      'Keep FollowRegistry open, take every change, and decide each request from the newest verified copy.',
      'أبقِ FollowRegistry مفتوحًا، وخذ كل تغيير، وقرِّر كل طلب من أحدث نسخة تم التحقق منها.',
    ),
  ),
  concurrency: check(
    both(
      '64 requests, as many at once as its credits allow, are all answered',
      '٦٤ طلبًا بقدر السعة المعلنة يُجاب عنها كلها',
    ),
    both(
      'Announce no more credits than the source system bears, and serve offers side by side, each with its own answer.',
      'لا تعلن سعة تفوق ما يتحمله النظام المصدر، واخدم العروض معًا لكلٍ جوابه.',
    ),
  ),
  'source-down': check(
    both(
      'While the source system is down the answer is “unavailable” with a time to come again, and never “not found”',
      'أثناء توقف النظام المصدر الجواب «غير متاح» مع موعد للمحاولة، وليس «لا يوجد قيد» أبدًا',
    ),
    both(
      'Throw SourceUnavailable(retryAfterMs) when the source does not answer; an error page or an empty reply is not an empty register.',
      'ارفع SourceUnavailable(retryAfterMs) إذا لم يستجب المصدر؛ فصفحة الخطأ أو الرد الفارغ ليس سجلًا فارغًا.',
    ),
    false,
  ),
  reattaches: check(
    both('When its stream ends it comes back by itself', 'إذا انقطع اتصاله عاد بنفسه'),
    both('Dial again with a growing pause, for ever.', 'أعد الاتصال مع مهلة متزايدة، دون توقف عن المحاولة.'),
  ),
  drain: check(
    both('Told to stop, it answers what it has in hand, and leaves', 'إذا طُلب إيقافه أجاب عمّا لديه ثم غادر'),
    both(
      'On SIGTERM set the credits to 0, answer what was taken, and only then close the stream.',
      'عند SIGTERM اجعل السعة صفرًا، وأجب عمّا لديك، ثم أغلق الاتصال.',
    ),
    false,
  ),
  events: check(
    both('Record events are handled', 'تُعالَج إشعارات تغيير القيود'),
    both('Nothing to mend: this adapter declares no events.', 'لا شيء للإصلاح: لا يعلن هذا المحوِّل أي إشعارات.'),
    false,
  ),
} as const satisfies Record<string, Check>;

export type CheckId = keyof typeof CHECKS;
export const CHECK_IDS = Object.keys(CHECKS) as readonly CheckId[];

/** How one check ended; `what` is there unless it passed. */
export interface Finding {
  readonly verdict: Verdict;
  readonly what?: Bilingual;
}
export interface Result extends Finding {
  readonly check: CheckId;
}

/** As a report names them. */
export const endsOf = (results: readonly Result[]): readonly CheckEnd[] =>
  results.map(({ check: id, verdict }) => ({ check: id, verdict, required: CHECKS[id].required }));

/** An agency is ready when nothing failed, and nothing that is required and applies was left out. */
export const isReady = (results: readonly Result[]): boolean => hindrancesIn(endsOf(results)).length === 0;
