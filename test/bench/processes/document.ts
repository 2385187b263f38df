import type { Bilingual } from '../../../services/kernel/agreement.ts';
import type { JsonObject } from '../../../services/kernel/strict-json.ts';

/** The document that is measured: a short record of a person beside one text that fills it up to the size asked for. */
export const MEASURED = {
  documentType: 'civil-status.measured-record',
  purpose: 'measure-the-bus',
  /** The subject of a request says how many bytes of JSON the document is to have. */
  scheme: 'xx:bytes',
  claims: [
    'attachment',
    'birthDate',
    'familyName',
    'fatherName',
    'givenName',
    'grandfatherName',
    'lifeStatus',
    'nationalNumber',
    'nationality',
    'sex',
  ],
} as const;

const named = { title: 'x', 'x-title-ar': 'س' };
const text = { ...named, type: 'string' };
const both = {
  ...named,
  type: 'object',
  additionalProperties: false,
  required: ['ar', 'en'],
  properties: { ar: text, en: text },
};

export const measuredSchema: JsonObject = {
  title: 'Measured record',
  'x-title-ar': 'سجل للقياس',
  'x-subject-schemes': { [MEASURED.scheme]: { pattern: '^[0-9]{1,9}$', ...named } },
  type: 'object',
  additionalProperties: false,
  required: ['asOf', ...MEASURED.claims],
  properties: {
    asOf: { ...text, format: 'date-time' },
    attachment: text,
    birthDate: { ...text, format: 'date' },
    familyName: both,
    fatherName: both,
    givenName: both,
    grandfatherName: both,
    lifeStatus: { ...named, enum: ['alive', 'deceased'] },
    nationalNumber: { ...text, pattern: '^[0-9]{10}$' },
    nationality: { ...text, pattern: '^[A-Z]{3}$' },
    sex: { ...named, enum: ['female', 'male'] },
  },
};

const name = (en: string, ar: string): Bilingual => ({ en, ar });
const record = {
  asOf: '2026-03-01T09:00:00.000Z',
  birthDate: '1984-05-21',
  familyName: name('Example', 'المثال'),
  fatherName: name('Yousef', 'يوسف'),
  givenName: name('Samer', 'سامر'),
  grandfatherName: name('Khalil', 'خليل'),
  lifeStatus: 'alive',
  nationalNumber: '0009990001',
  nationality: 'JOR',
  sex: 'male',
};
const BARE_BYTES = Buffer.byteLength(JSON.stringify({ ...record, attachment: '' }));
const attachments = new Map<number, string>();

/** The document of that many bytes of JSON; at least some 400. */
export const measuredDocument = (bytes: number) => {
  const attachment = attachments.get(bytes) ?? 'A'.repeat(Math.max(0, bytes - BARE_BYTES));
  attachments.set(bytes, attachment);
  return { ...record, attachment };
};
