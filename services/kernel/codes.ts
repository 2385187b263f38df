import type { Row } from './code-row.ts';
import { AGREEMENT } from './codes-agreement.ts';
import { CONFORMANCE_CODES } from './codes-conformance.ts';
import { KEYS } from './codes-keys.ts';
import { OTHER } from './codes-other.ts';
import { REFUSED } from './codes-refused.ts';
import { REGISTRY } from './codes-registry.ts';
import { SCHEMAS } from './codes-schemas.ts';
import { STATUS } from './codes-status.ts';
import { SUBJECTS } from './codes-subjects.ts';

export type { Kind, NextMove } from './code-row.ts';

/** The stable codes: kind, whose move is next, and the sentence in both languages. A code is never renamed or used again for something else. */
export const CODES = {
  ...AGREEMENT,
  ...REFUSED,
  ...REGISTRY,
  ...SCHEMAS,
  ...STATUS,
  ...SUBJECTS,
  ...CONFORMANCE_CODES,
  ...KEYS,
  ...OTHER,
} as const satisfies Record<string, Row>;

export type Code = keyof typeof CODES;
export type Params = Readonly<Record<string, string | number>>;

/** A code read off a wire; undefined when the table does not have it. */
export const parseCode = (text: string): Code | undefined => (Object.hasOwn(CODES, text) ? (text as Code) : undefined);

/** What a sentence says in the place of a value that nobody told: a provider's signed answer carries its code alone. */
const UNTOLD: Readonly<Record<string, Record<'en' | 'ar', string>>> = {
  agreement: { en: 'in question', ar: 'المعنية' },
  by: { en: 'one of its sides', ar: 'أحد أطرافها' },
  claim: { en: 'in question', ar: 'المعني' },
  limit: { en: 'the allowed number of', ar: 'العدد المسموح من' },
  purpose: { en: 'in question', ar: 'المعني' },
  what: { en: 'no details', ar: 'دون تفاصيل' },
};
const UNNAMED = { en: '(not named)', ar: '(غير مذكور)' } as const;

/** The sentence of a code. In Arabic every value is isolated (Unicode FSI and PDI), so that an id reads in its own direction. */
export const sentence = (code: Code, language: 'en' | 'ar', params: Params = {}): string =>
  CODES[code][language].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) return (UNTOLD[name] ?? UNNAMED)[language];
    return language === 'ar' ? `\u2068${value}\u2069` : String(value);
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

/** For a `catch`: what was refused gives nothing; anything else is a fault, and goes on. */
export const unlessRefused = (error: unknown): undefined => {
  if (!(error instanceof WaslError)) throw error;
};
