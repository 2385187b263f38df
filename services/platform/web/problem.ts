import { CODES, type Kind, sentence, WaslError } from '../../kernel/codes.ts';

/** RFC 9457, with Wasl's members beside: the stable code, the sentence in both languages, and whose move is next. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly message: { readonly en: string; readonly ar: string };
  readonly nextMove: string;
}

export type Language = 'en' | 'ar';

const TITLES: Readonly<Record<Kind, Readonly<Record<Language, string>>>> = {
  refused: { en: 'Refused', ar: 'رُفض الطلب' },
  'not-found': { en: 'No record', ar: 'لا يوجد قيد' },
  deferred: { en: 'Answered later', ar: 'يُجاب لاحقًا' },
  unavailable: { en: 'Not available now', ar: 'غير متاح حاليًا' },
  failure: { en: 'Something broke', ar: 'حدث خلل' },
  usage: { en: 'The call is not right', ar: 'صيغة النداء غير صحيحة' },
};
const STATUS: Readonly<Record<Kind, number>> = {
  refused: 403,
  'not-found': 404,
  deferred: 202,
  unavailable: 503,
  failure: 500,
  usage: 400,
};
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  'malformed-message': 400,
  'duplicate-json-name': 400,
  'message-too-large': 413,
  'no-such-route': 404,
  'media-type-unsupported': 415,
  'token-needed': 401,
  'host-not-allowed': 421,
  'idempotency-key-reused': 422,
};

/** The one translation of an error to HTTP. What is not ours is `internal`, and says no more. */
export const problemOf = (error: unknown, language: Language): Problem => {
  const { code, params } = error instanceof WaslError ? error : new WaslError('internal');
  const { kind, nextMove } = CODES[code];
  const message = { en: sentence(code, 'en', params), ar: sentence(code, 'ar', params) };
  return {
    type: `urn:wasl:code:${code}`,
    title: TITLES[kind][language],
    status: STATUS_OF_CODE[code] ?? STATUS[kind],
    detail: message[language],
    code,
    message,
    nextMove,
  };
};

/** Arabic when it is asked for before English; English otherwise. */
export const languageOf = (acceptLanguage: string | undefined): Language => {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((item) => {
      const [tag = '', ...parameters] = item.trim().toLowerCase().split(';');
      const weight = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return { tag: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight.trim().slice(2)) };
    })
    .filter(({ tag, weight }) => (tag === 'ar' || tag === 'en') && weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wanted[0]?.tag === 'ar' ? 'ar' : 'en';
};
