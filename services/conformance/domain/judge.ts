import type { Bilingual } from '../../kernel/agreement.ts';
import type { Code } from '../../kernel/codes.ts';
import type { AnswerOutcome } from '../../kernel/statements.ts';
import type { Finding } from './checks.ts';

/** What is wrong with an answer that can be read, each with its words. */
const PROBLEMS = {
  'not-signed-by-agency': { en: 'it is not signed by the agency’s registered key', ar: 'غير موقَّع بمفتاح الجهة المسجَّل' },
  'not-of-this-request': { en: 'it names another request', ar: 'يذكر طلبًا آخر' },
  'not-of-this-receipt': { en: 'it names another receipt than the offer’s', ar: 'يذكر إيصالًا غير إيصال العرض' },
  'document-without-delivery': { en: 'a document came with it', ar: 'وصلت معه وثيقة' },
  'document-digest': { en: 'the sealed document is not the one it names', ar: 'الوثيقة المشفَّرة ليست المذكورة فيه' },
  'not-sealed-to-requester': {
    en: 'the requester’s key does not open the document',
    ar: 'مفتاح الجهة الطالبة لا يفتح الوثيقة',
  },
  'credential-signature': { en: 'the credential is not signed by the agency', ar: 'الاعتماد غير موقَّع من الجهة' },
  'credential-binding': { en: 'the credential is bound to something else', ar: 'الاعتماد مرتبط بأمر آخر' },
  'credential-expired': { en: 'the credential has no time of validity left', ar: 'انتهت صلاحية الاعتماد' },
  schema: { en: 'the document is not valid by its schema', ar: 'الوثيقة غير مطابقة لمخططها' },
  'other-subject': { en: 'the document is about somebody else', ar: 'الوثيقة عن شخص آخر' },
  'claims-beyond': { en: 'it discloses claims that were not asked for', ar: 'تفصح عن بيانات لم تُطلب' },
  'claims-missing': { en: 'claims that were asked for are missing', ar: 'تنقصها بيانات مطلوبة' },
  'claims-not-as-stated': {
    en: 'what it discloses is not what its statement says',
    ar: 'ما تفصح عنه ليس ما يذكره الجواب',
  },
} as const satisfies Record<string, Bilingual>;
export type Problem = keyof typeof PROBLEMS;

export interface SeenAnswer {
  readonly kind: 'answer';
  readonly outcome: AnswerOutcome;
  readonly code?: string;
  readonly retryAfterMs?: number;
  readonly problems: readonly Problem[];
  /** Where the document breaks its schema; places, never values. */
  readonly places?: string;
  /** From the offer to the answer, by our clock. */
  readonly tookMs: number;
}

/** What came back for one offer. */
export type Seen =
  | { readonly kind: 'silence'; readonly withinMs: number }
  | { readonly kind: 'unreadable' }
  | SeenAnswer;

export const PASSED: Finding = { verdict: 'passed' };
export const failed = (en: string, ar: string): Finding => ({ verdict: 'failed', what: { en, ar } });
export const notRun = (en: string, ar: string): Finding => ({ verdict: 'not-run', what: { en, ar } });

const isolated = (text: string): string => `\u2068${text}\u2069`;

/** An answer in one word of the wire, e.g. `refused (claim-not-agreed)`. */
const wordOf = ({ outcome, code }: Pick<SeenAnswer, 'outcome' | 'code'>): string =>
  code === undefined ? outcome : `${outcome} (${code})`;

const unexpected = (seen: Seen, wanted: string): Finding => {
  switch (seen.kind) {
    case 'silence': {
      const seconds = (seen.withinMs / 1000).toFixed(1);
      return failed(
        `No answer came within ${seconds} s; ${wanted} was expected.`,
        `لم يصل جواب خلال ${isolated(seconds)} ثانية، والمتوقع ${isolated(wanted)}.`,
      );
    }
    case 'unreadable':
      return failed('The answer is not a signed answer statement.', 'الجواب ليس بيان جواب موقَّعًا.');
    case 'answer': {
      const got = wordOf(seen);
      return failed(
        `The answer was ${got}; ${wanted} was expected.`,
        `كان الجواب ${isolated(got)}، والمتوقع ${isolated(wanted)}.`,
      );
    }
  }
};

/** Fails with each of these problems that the answer has. */
export const without = (seen: SeenAnswer, of: readonly Problem[]): Finding => {
  const found = seen.problems.filter((problem) => of.includes(problem));
  if (found.length === 0) return PASSED;
  const places = found.includes('schema') && seen.places !== undefined ? ` (${seen.places})` : '';
  const en = found.map((problem) => PROBLEMS[problem].en).join('; ');
  const ar = found.map((problem) => PROBLEMS[problem].ar).join('؛ ');
  return failed(`The answer cannot be relied on: ${en}${places}.`, `لا يُعتمد على الجواب: ${ar}${isolated(places)}.`);
};

export const SIGNING: readonly Problem[] = ['not-signed-by-agency', 'not-of-this-request', 'not-of-this-receipt'];
export const SEALING: readonly Problem[] = [
  'document-digest',
  'not-sealed-to-requester',
  'credential-signature',
  'credential-binding',
  'credential-expired',
];
export const VALIDITY: readonly Problem[] = ['schema', 'other-subject'];
export const CLAIMS: readonly Problem[] = ['claims-beyond', 'claims-missing', 'claims-not-as-stated'];

export const expectDelivered = (seen: Seen): Finding =>
  seen.kind === 'answer' && seen.outcome === 'delivered' ? PASSED : unexpected(seen, 'delivered');

export const expectNotFound = (seen: Seen): Finding =>
  seen.kind === 'answer' && seen.outcome === 'not-found'
    ? without(seen, [...SIGNING, 'document-without-delivery'])
    : unexpected(seen, 'not-found');

/** Refused, in the agency's own signed word, with one of these codes and without a document. */
export const expectRefused = (seen: Seen, codes: readonly Code[]): Finding => {
  const said =
    seen.kind === 'answer' &&
    (seen.outcome === 'refused' || seen.outcome === 'unavailable') &&
    codes.some((code) => code === seen.code);
  return said
    ? without(seen, [...SIGNING, 'document-without-delivery'])
    : unexpected(seen, `refused (${codes.join(' | ')})`);
};

/** No register was asked for it: silence, or any word but the register's. */
export const expectNothingServed = (seen: Seen): Finding => {
  const served = seen.kind === 'answer' && ['delivered', 'not-found', 'deferred'].includes(seen.outcome);
  return served || seen.kind === 'unreadable' ? unexpected(seen, 'unavailable (deadline-exceeded)') : PASSED;
};

/** What the register says comes in time or not at all. */
export const expectInTime = (seen: Seen, withinMs: number): Finding => {
  const served = seen.kind === 'answer' && ['delivered', 'not-found', 'deferred'].includes(seen.outcome);
  if (!served || seen.tookMs <= withinMs) return PASSED;
  const late = Math.round(seen.tookMs);
  return failed(
    `The answer ${wordOf(seen)} came ${late} ms after the offer, whose deadline was ${withinMs} ms away.`,
    `وصل الجواب ${isolated(wordOf(seen))} بعد ${isolated(String(late))} م‌ث من العرض، ومهلته ${isolated(String(withinMs))} م‌ث.`,
  );
};

export const expectUnavailable = (seen: Seen): Finding => {
  const said = seen.kind === 'answer' && seen.outcome === 'unavailable' && seen.code === 'source-unavailable';
  if (!said) return unexpected(seen, 'unavailable (source-unavailable)');
  if ((seen.retryAfterMs ?? 0) > 0) return without(seen, SIGNING);
  return failed('It does not say when to come again.', 'لا يذكر موعد إعادة المحاولة.');
};

/** The first that did not pass. */
export const firstBad = (findings: readonly Finding[]): Finding =>
  findings.find(({ verdict }) => verdict !== 'passed') ?? PASSED;
